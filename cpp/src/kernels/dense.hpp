#pragma once

#include "kernels.hpp"
#include "pack.hpp"

// Matrix products of the size of atomic networks, where a general library spends its time on preparations.
namespace nnpot::kernels {
namespace {

/// Some rows and columns of the product at once, so that each number that is read takes part in several sums.
template <std::size_t n_vectors, std::size_t n_columns>
NNPOT_INLINE void multiply_tile(const DenseProduct<Real>& p, std::size_t row, std::size_t column) {
    Pack sums[n_columns][n_vectors];
    for (std::size_t c = 0; c < n_columns; ++c) {
        for (std::size_t v = 0; v < n_vectors; ++v) {
            sums[c][v] = p.bias == nullptr ? Pack(0.0) : load(p.bias + row + v * width);
        }
    }
    const Real* a = p.a + row;
    const Real* b = p.b + column * p.b_stride;
    for (std::size_t i = 0; i < p.inner; ++i, a += p.rows, ++b) {
        Pack left[n_vectors];
        for (std::size_t v = 0; v < n_vectors; ++v) left[v] = load(a + v * width);
        for (std::size_t c = 0; c < n_columns; ++c) {
            const Pack right(b[c * p.b_stride]);
            for (std::size_t v = 0; v < n_vectors; ++v) sums[c][v] += left[v] * right;
        }
    }
    for (std::size_t c = 0; c < n_columns; ++c) {
        for (std::size_t v = 0; v < n_vectors; ++v) store(p.c + (column + c) * p.rows + row + v * width, sums[c][v]);
    }
}

template <std::size_t n_columns>
void multiply_columns(const DenseProduct<Real>& p, std::size_t column) {
    std::size_t row = 0;
    for (; row + 3 * width <= p.rows; row += 3 * width) multiply_tile<3, n_columns>(p, row, column);
    for (; row < p.rows; row += width) multiply_tile<1, n_columns>(p, row, column);
}

void multiply(const DenseProduct<Real>& p) {
    std::size_t column = 0;
    for (; column + 4 <= p.columns; column += 4) multiply_columns<4>(p, column);
    for (; column < p.columns; ++column) multiply_columns<1>(p, column);
}

}  // namespace
}  // namespace nnpot::kernels
