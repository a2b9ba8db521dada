// Compiled once per instruction set (cpp/CMakeLists.txt), NNPOT_VARIANT is set to its name.
#include "lattice_kernels.hpp"

#include <cmath>

#include "lattice_shapes.hpp"

namespace nnpot::kernels {
namespace {

/// Squares of the third sides, between j and each k.
inline void third_sides(const LatticeRow& row) {
    const std::size_t n = row.last - row.first;
    double* const squares = row.squares;
    for (std::size_t i = 0; i < n; ++i) squares[i] = 0.0;
    for (std::size_t d = 0; d < row.dimension; ++d) {
        const double* const x = row.x[d] + row.first;
        const double own = row.x[d][row.j];
#pragma omp simd
        for (std::size_t i = 0; i < n; ++i) squares[i] += (x[i] - own) * (x[i] - own);
    }
}

template <typename Shape>
double sum_energies(const Shape& shape, const LatticeRow& row) {
    const std::size_t n = row.last - row.first;
    const double a = row.r[row.j];
    const double* const b = row.r + row.first;
    const double* const squares = row.squares;
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t i = 0; i < n; ++i) sum += shape(a, b[i], std::sqrt(squares[i])).value;
    return sum;
}

/// Spreads dV/d(third side), divided by the side, over the vectors of j and each k.
inline void spread_third(const LatticeRow& row, const double* third, double* const* gradient) {
    const std::size_t n = row.last - row.first;
    for (std::size_t d = 0; d < row.dimension; ++d) {
        const double* const x = row.x[d] + row.first;
        double* const g = gradient[d] + row.first;
        const double own = row.x[d][row.j];
        double sum = 0.0;
#pragma omp simd reduction(+ : sum)
        for (std::size_t i = 0; i < n; ++i) {
            const double pull = third[i] * (x[i] - own);
            g[i] += pull;
            sum += pull;
        }
        gradient[d][row.j] -= sum;
    }
}

/// The last row of @p gradient (after the dimensions) collects dV/d(distance from the center).
template <typename Shape>
double sum_gradients(const Shape& shape, const LatticeRow& row, double weight, double* const* gradient) {
    const std::size_t n = row.last - row.first;
    const double a = row.r[row.j];
    const double* const b = row.r + row.first;
    double* const radial = gradient[row.dimension] + row.first;
    double* const squares = row.squares;
    double sum = 0.0, along = 0.0;
#pragma omp simd reduction(+ : sum, along)
    for (std::size_t i = 0; i < n; ++i) {
        const double c = std::sqrt(squares[i]);
        const TripletTerm term = shape(a, b[i], c);
        sum += term.value;
        along += term.a;
        radial[i] += weight * term.b;
        squares[i] = c > 0.0 ? weight * term.c / c : 0.0;
    }
    gradient[row.dimension][row.j] += weight * along;
    spread_third(row, squares, gradient);
    return sum;
}

double energy(const LatticePotential& potential, const LatticeRow& row) {
    third_sides(row);
    return with_shape(potential, [&](const auto& shape) { return sum_energies(shape, row); });
}

double gradient(const LatticePotential& potential, const LatticeRow& row, double weight, double* const* gradient) {
    third_sides(row);
    return with_shape(potential, [&](const auto& shape) { return sum_gradients(shape, row, weight, gradient); });
}

#define NNPOT_TEXT_OF(name) #name
#define NNPOT_NAME_OF(name) NNPOT_TEXT_OF(name)

}  // namespace

namespace NNPOT_VARIANT {
extern const LatticeKernels lattice_kernels;
const LatticeKernels lattice_kernels = {NNPOT_NAME_OF(NNPOT_VARIANT), energy, gradient};
}  // namespace NNPOT_VARIANT

}  // namespace nnpot::kernels
