#pragma once

#include "angular.hpp"

// The way back through the angular functions: from the weights dE/dG to dE/dx of both neighbors.
namespace nnpot::kernels {
namespace {

/// Per triplet: what the sweep needs to know of it (docs/theory.md names them A, V, R, B).
struct TripletSlopes {
    Real* value;   ///< A: the weighted terms
    Real* along;   ///< V + q: derivative along both vectors
    Real* shift;   ///< R: the part of it that shifts bring, to be divided by r
    Real* turn;    ///< B cos θ
    Real* across;  ///< derivative along the other vector
};

/// The sums over the exponents of one tile.
struct TileSums {
    Real *s0, *s1;                        ///< of one exponent
    Real *value, *slope, *shift, *angle;  ///< A, V, R, B
};

/// Some functions of one exponent with their weights.
template <std::size_t n_terms>
struct WeightedFunctions {
    const Real *values[n_terms], *slopes[n_terms];
    Pack weights[n_terms], slope_weights[n_terms];

    NNPOT_INLINE WeightedFunctions(const AngularGroup& group, const AngularTerm* functions, const double* of_values,
                                   const Factors& factors) {
        for (std::size_t i = 0; i < n_terms; ++i) {
            const std::size_t f = functions[i].factor;
            const double weight = of_values[functions[i].index] * functions[i].normalization;
            values[i] = factors.value(f);
            slopes[i] = factors.slope(f);
            weights[i] = weight;
            slope_weights[i] = weight * slope_scale(group, f);
        }
    }

    NNPOT_INLINE void add_to(std::size_t t, Pack& s0, Pack& s1) const {
        for (std::size_t i = 0; i < n_terms; ++i) {
            s0 += weights[i] * load(values[i] + t);
            s1 += slope_weights[i] * load(slopes[i] + t);
        }
    }
};

/// Adds four functions to s0 and s1.
void add_four(const AngularGroup& group, const AngularTerm* functions, const double* weights, std::size_t n,
              const Factors& factors, const TileSums& sums) {
    const WeightedFunctions<4> four(group, functions, weights, factors);
    for (std::size_t t = 0; t < n; t += width) {
        Pack s0 = load(sums.s0 + t), s1 = load(sums.s1 + t);
        four.add_to(t, s0, s1);
        store(sums.s0 + t, s0);
        store(sums.s1 + t, s1);
    }
}

/// Adds the last functions of one exponent to s0, s1 and folds those into the four sums, which it begins if it is the
/// first exponent.
template <std::size_t n_terms, bool first, bool alone>
void fold(const AngularGroup& group, const Exponent& exponent, const AngularTerm* functions, const double* weights,
          std::size_t n, const Real* terms, const Factors& factors, const TileSums& sums) {
    const WeightedFunctions<n_terms> last(group, functions, weights, factors);
    const Pack twice_eta(2.0 * exponent.eta), shift(2.0 * exponent.eta * exponent.r_shift);
    for (std::size_t t = 0; t < n; t += width) {
        Pack s0 = alone ? Pack(0.0) : load(sums.s0 + t), s1 = alone ? Pack(0.0) : load(sums.s1 + t);
        last.add_to(t, s0, s1);
        const Pack term = load(terms + t), value = s0 * term, angle = s1 * term;
        store(sums.value + t, first ? value : load(sums.value + t) + value);
        store(sums.slope + t, first ? -twice_eta * value : load(sums.slope + t) - twice_eta * value);
        store(sums.angle + t, first ? angle : load(sums.angle + t) + angle);
        if (group.shifted) store(sums.shift + t, first ? shift * value : load(sums.shift + t) + shift * value);
    }
}

template <bool first, bool alone>
void fold_up_to_four(std::size_t n_terms, const AngularGroup& group, const Exponent& exponent,
                     const AngularTerm* functions, const double* weights, std::size_t n, const Real* terms,
                     const Factors& factors, const TileSums& sums) {
    const auto fold_terms = n_terms == 1   ? fold<1, first, alone>
                            : n_terms == 2 ? fold<2, first, alone>
                            : n_terms == 3 ? fold<3, first, alone>
                                           : fold<4, first, alone>;
    fold_terms(group, exponent, functions, weights, n, terms, factors, sums);
}

template <bool first>
void sum_exponent(const AngularGroup& group, const Exponent& exponent, const double* weights, std::size_t n,
                  const Real* terms, const Factors& factors, const TileSums& sums) {
    const AngularTerm* functions = group.terms + exponent.first_term;
    std::size_t n_left = exponent.n_terms;
    if (n_left <= 4) {
        return fold_up_to_four<first, true>(n_left, group, exponent, functions, weights, n, terms, factors, sums);
    }
    for (std::size_t t = 0; t < n; t += width) {
        store(sums.s0 + t, 0.0);
        store(sums.s1 + t, 0.0);
    }
    for (; n_left > 4; n_left -= 4, functions += 4) add_four(group, functions, weights, n, factors, sums);
    fold_up_to_four<first, false>(n_left, group, exponent, functions, weights, n, terms, factors, sums);
}

void sum_exponents(const AngularGroup& group, const Triplets<Real>& triplets, std::size_t begin, std::size_t n,
                   const double* weights, const Factors& factors, const TileSums& sums) {
    for (std::size_t e = 0; e < group.n_exponents; ++e) {
        const auto sum_one = e == 0 ? sum_exponent<true> : sum_exponent<false>;
        sum_one(group, group.exponents[e], weights, n, triplets.terms + e * triplets.stride + begin, factors, sums);
    }
}

template <bool narrow, bool shifted>
void store_slopes(const Triplets<Real>& triplets, std::size_t begin, std::size_t n, const Real* cosines,
                  const TileSums& sums, const TripletSlopes& slopes) {
    for (std::size_t t = 0; t < n; t += width) {
        const std::size_t at = begin + t;
        const Pack value = load(sums.value + t), slope = load(sums.slope + t), angle = load(sums.angle + t);
        Pack q(0.0);
        if (narrow) q = slope + value * load(triplets.cutoff_ratio + at);
        if (narrow && shifted) q += load(sums.shift + t) / load(triplets.r_jk + at);
        store(slopes.value + at, value);
        store(slopes.along + at, slope + q);
        store(slopes.turn + at, angle * load(cosines + t));
        store(slopes.across + at, angle * load(triplets.inverse + at) - q);
        if (shifted) store(slopes.shift + at, load(sums.shift + t));
    }
}

void fill_slopes(const AngularGroup& group, const Triplets<Real>& triplets, const double* weights, Real* memory,
                 const TripletSlopes& slopes) {
    const auto store_tile = group.narrow ? (group.shifted ? store_slopes<true, true> : store_slopes<true, false>)
                                         : (group.shifted ? store_slopes<false, true> : store_slopes<false, false>);
    for (std::size_t begin = 0; begin < triplets.n; begin += tile_size) {
        const std::size_t n = triplets.n - begin < tile_size ? triplets.n - begin : tile_size;
        Scratch scratch(memory);
        Real* const cosines = scratch.take();
        fill_cosines(triplets, begin, n, cosines);
        const Factors factors = fill_factors<true>(group, n, cosines, scratch);
        Real* const s = scratch.take(6);
        const TileSums sums{
            s, s + tile_size, s + 2 * tile_size, s + 3 * tile_size, s + 4 * tile_size, s + 5 * tile_size};
        sum_exponents(group, triplets, begin, n, weights, factors, sums);
        store_tile(triplets, begin, n, cosines, sums, slopes);
    }
}

/// From the slopes of all triplets to dE/dx of both neighbors.
template <bool shifted>
struct RowGatherer {
    const Triplets<Real> triplets;
    const TripletSlopes slopes;
    const Shell<Real> first, second;
    std::size_t n = 0, n_masks = 0;

    NNPOT_INLINE void gather_row(std::size_t j, std::size_t first_k) {
        const Pack x_j(first.x[j]), y_j(first.y[j]), z_j(first.z[j]);
        Pack gx(0.0), gy(0.0), gz(0.0), values(0.0), alongs(0.0), turns(0.0), shifts(0.0);
        for (std::size_t k = first_k / width * width; k < second.n; k += width) {
            const unsigned mask = triplets.masks[n_masks++];
            const Expander expander(mask);
            const Pack across = expander.load_from(slopes.across + n), value = expander.load_from(slopes.value + n);
            const Pack along = expander.load_from(slopes.along + n), turn = expander.load_from(slopes.turn + n);
            const Pack inverse_k = load(second.inverse_r + k);
            Pack along_k = along + value * load(second.cutoff_ratio + k) - turn * inverse_k * inverse_k;
            if (shifted) {
                const Pack shift = expander.load_from(slopes.shift + n);
                along_k += shift * inverse_k;
                shifts += shift;
            }
            n += count_bits(mask);
            const Pack x = load(second.x + k), y = load(second.y + k), z = load(second.z + k);
            store(second.gx + k, load(second.gx + k) + along_k * x + across * x_j);
            store(second.gy + k, load(second.gy + k) + along_k * y + across * y_j);
            store(second.gz + k, load(second.gz + k) + along_k * z + across * z_j);
            gx += across * x;
            gy += across * y;
            gz += across * z;
            values += value;
            alongs += along;
            turns += turn;
        }
        const Pack inverse_j(first.inverse_r[j]);
        const Pack along_j =
            alongs + values * Pack(first.cutoff_ratio[j]) - turns * inverse_j * inverse_j + shifts * inverse_j;
        first.gx[j] += static_cast<Real>(sum(along_j * x_j + gx));
        first.gy[j] += static_cast<Real>(sum(along_j * y_j + gy));
        first.gz[j] += static_cast<Real>(sum(along_j * z_j + gz));
    }
};

template <bool shifted>
void gather_rows(const AngularGroup& group, const Triplets<Real>& triplets, const TripletSlopes& slopes,
                 Shell<Real>& first, Shell<Real>& second) {
    RowGatherer<shifted> gatherer{triplets, slopes, first, second};
    for (std::size_t j = 0; j < first.n; ++j) gatherer.gather_row(j, first_partner(group.same, j));
}

std::size_t scratch_size(const AngularGroup& group, std::size_t n_neighbors, std::size_t n_triplets) {
    const std::size_t tile_arrays = 2 * n_factors(group) + group.n_exponents + 12;
    return tile_arrays * tile_size + 5 * (n_triplets + padding) + 2 * (n_neighbors + padding);
}

void angular_backward(const AngularGroup& group, const Triplets<Real>& triplets, const double* weights, Real* memory,
                      Shell<Real>& first, Shell<Real>& second) {
    const std::size_t stride = triplets.n + padding;
    const TripletSlopes slopes{memory, memory + stride, memory + 2 * stride, memory + 3 * stride, memory + 4 * stride};
    fill_slopes(group, triplets, weights, memory + 5 * stride, slopes);
    const auto gather = group.shifted ? gather_rows<true> : gather_rows<false>;
    gather(group, triplets, slopes, first, second);
}

}  // namespace
}  // namespace nnpot::kernels
