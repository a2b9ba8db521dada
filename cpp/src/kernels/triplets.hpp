#pragma once

#include "shells.hpp"

// The list of triplets of one angular group. For each j the candidates k are visited in whole vectors; a mask
// says which of them count, and only those are stored. The way back reads the same masks (angular.hpp).
namespace nnpot::kernels {
namespace {

/// The first k of row j: of one shell each pair counts once.
NNPOT_INLINE std::size_t first_partner(bool same, std::size_t j) { return same ? j + 1 : 0; }

/// Lists the triplets of narrow groups.
template <bool shifted>
struct NarrowRows {
    const Shell<Real> first, second;
    Pack largest_squared;
    const Triplets<Real> triplets;
    std::size_t n = 0, n_masks = 0;

    NNPOT_INLINE void list_row(std::size_t j, std::size_t first_k) {
        const Pack x(first.x[j]), y(first.y[j]), z(first.z[j]);
        const Pack r(first.r[j]), r_squared(first.r_squared[j]);
        const Pack inverse_r(first.inverse_r[j]), cutoff(first.cutoff[j]);
        unsigned allowed = ~0u << (first_k % width);
        for (std::size_t k = first_k / width * width; k < second.n; k += width) {
            const Pack dot = x * load(second.x + k) + y * load(second.y + k) + z * load(second.z + k);
            const Pack both = r_squared + load(second.r_squared + k);
            const Pack r_jk_squared = both - Pack(2.0) * dot;
            const unsigned mask = bits(r_jk_squared < largest_squared) & allowed;
            allowed = ~0u;
            const Compressor compressor(mask);
            compressor.store_to(triplets.dot + n, dot);
            compressor.store_to(triplets.inverse + n, inverse_r * load(second.inverse_r + k));
            compressor.store_to(triplets.squares + n, both + r_jk_squared);
            compressor.store_to(triplets.cutoff + n, cutoff * load(second.cutoff + k));
            if (shifted) compressor.store_to(triplets.distances + n, r + load(second.r + k));
            triplets.masks[n_masks++] = static_cast<std::uint16_t>(mask);
            n += count_bits(mask);
        }
    }
};

/// Lists the triplets of wide groups: all of them, only padding does not count.
struct WideRows {
    const Shell<Real> first, second;
    const Triplets<Real> triplets;
    std::size_t n = 0, n_masks = 0;

    NNPOT_INLINE void list_row(std::size_t j, std::size_t first_k) {
        const Pack x(first.x[j]), y(first.y[j]), z(first.z[j]), inverse_r(first.inverse_r[j]);
        unsigned allowed = ~0u << (first_k % width);
        for (std::size_t k = first_k / width * width; k < second.n; k += width) {
            const unsigned mask = bits(load(second.r_squared + k) < Pack(far_away)) & allowed;
            allowed = ~0u;
            const Compressor compressor(mask);
            compressor.store_to(triplets.dot + n,
                                x * load(second.x + k) + y * load(second.y + k) + z * load(second.z + k));
            compressor.store_to(triplets.inverse + n, inverse_r * load(second.inverse_r + k));
            triplets.masks[n_masks++] = static_cast<std::uint16_t>(mask);
            n += count_bits(mask);
        }
    }
};

template <typename Rows>
void list_rows(const AngularGroup& group, Rows rows, Triplets<Real>& triplets) {
    for (std::size_t j = 0; j < rows.first.n; ++j) rows.list_row(j, first_partner(group.same, j));
    triplets.n = rows.n;
}

/// Zeros after the last triplet: whole vectors are read, and what counts nothing adds nothing.
void pad_triplets(const AngularGroup& group, const Triplets<Real>& triplets) {
    const std::size_t n = triplets.n;
    store(triplets.dot + n, 0.0);
    store(triplets.inverse + n, 0.0);
    if (!group.narrow) return;
    store(triplets.squares + n, 0.0);
    store(triplets.cutoff + n, 0.0);
    if (group.shifted) store(triplets.distances + n, 0.0);
}

void list_triplets(const AngularGroup& group, const Shell<Real>& first, const Shell<Real>& second,
                   Triplets<Real>& triplets) {
    const Pack largest_squared(group.cutoff.radius * group.cutoff.radius);
    if (!group.narrow) {
        list_rows(group, WideRows{first, second, triplets}, triplets);
    } else if (group.shifted) {
        list_rows(group, NarrowRows<true>{first, second, largest_squared, triplets}, triplets);
    } else {
        list_rows(group, NarrowRows<false>{first, second, largest_squared, triplets}, triplets);
    }
    pad_triplets(group, triplets);
}

}  // namespace
}  // namespace nnpot::kernels
