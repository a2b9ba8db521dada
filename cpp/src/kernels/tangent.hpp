#pragma once

#include "angular.hpp"

// Forward mode: how fast the functions change when the neighbors move. Reads what the forward sweep left, as the way
// back does (adjoint.hpp), and gives the transposed product (docs/theory.md, "The tangent sweep").
namespace nnpot::kernels {
namespace {

void fill_tangent(const double* dx, const double* dy, const double* dz, const Shell<Real>& shell,
                  ShellTangent<Real>& tangent) {
    for (std::size_t i = 0; i < whole_vectors(shell.n); ++i) {
        const bool counts = i < shell.n;  // the others are padding, which does not move
        const int pair = shell.pair[i];
        tangent.x[i] = counts ? static_cast<Real>(dx[pair]) : Real(0);
        tangent.y[i] = counts ? static_cast<Real>(dy[pair]) : Real(0);
        tangent.z[i] = counts ? static_cast<Real>(dz[pair]) : Real(0);
    }
    for (std::size_t i = 0; i < shell.n; i += width) {
        const Pack along = load(shell.x + i) * load(tangent.x + i) + load(shell.y + i) * load(tangent.y + i) +
                           load(shell.z + i) * load(tangent.z + i);
        const Pack distance = along * load(shell.inverse_r + i);
        store(tangent.along + i, along);
        store(tangent.distance + i, distance);
        store(tangent.stretch + i, distance * load(shell.inverse_r + i));
        store(tangent.log_cutoff + i, along * load(shell.cutoff_ratio + i));
    }
}

/// Change of exp(−eta (r − r_shift)²) f_c: the term times that of its logarithm.
double gaussian_change(const RadialTerm& radial, const Real* terms, const Shell<Real>& shell,
                       const ShellTangent<Real>& tangent) {
    const Pack twice_eta(2.0 * radial.eta), shift(2.0 * radial.eta * radial.r_shift);
    Pack total(0.0);
    for (std::size_t i = 0; i < shell.n; i += width) {
        const Pack logarithm =
            load(tangent.log_cutoff + i) - twice_eta * load(tangent.along + i) + shift * load(tangent.distance + i);
        total += load(terms + i) * logarithm;
    }
    return sum(total);
}

double damped_cosine_change(double kappa, const Shell<Real>& shell, const ShellTangent<Real>& tangent, Real* slopes) {
    for (std::size_t i = 0; i < shell.n; i += width) store(slopes + i, 0.0);
    add_damped_cosine_slopes(kappa, 1.0, shell, slopes);
    Pack total(0.0);
    for (std::size_t i = 0; i < shell.n; i += width) total += load(slopes + i) * load(tangent.along + i);
    return sum(total);
}

void radial_tangent(const RadialTerm* radial, std::size_t n_terms, const Real* terms, std::size_t stride,
                    const Shell<Real>& shell, const ShellTangent<Real>& tangent, Real* slopes, double* changes) {
    for (std::size_t t = 0; t < n_terms; ++t) {
        changes[radial[t].index] = radial[t].damped_cosine
                                       ? damped_cosine_change(radial[t].kappa, shell, tangent, slopes)
                                       : gaussian_change(radial[t], terms + t * stride, shell, tangent);
    }
}

/// Per triplet: how fast it changes, first what its two neighbors say, then with their distance r_jk.
struct TripletTangents {
    Real* dot;         ///< of r_j · r_k
    Real* stretch;     ///< of ln r_j + ln r_k
    Real* log_cutoff;  ///< of the logarithm of the cutoff functions
    Real* along;       ///< of half the sum of the squared sides
    Real* distance;    ///< of the sum of the sides; where there are shifts
};

/// Fills the tangents of all triplets, row by row, in the order of their list.
template <bool shifted>
struct TangentRows {
    const Triplets<Real> triplets;
    const TripletTangents tangents;
    const Shell<Real> first, second;
    const ShellTangent<Real> of_first, of_second;
    std::size_t n = 0, n_masks = 0;

    NNPOT_INLINE void fill_row(std::size_t j, std::size_t first_k) {
        const Pack x(first.x[j]), y(first.y[j]), z(first.z[j]);
        const Pack vx(of_first.x[j]), vy(of_first.y[j]), vz(of_first.z[j]);
        const Pack along(of_first.along[j]), stretch(of_first.stretch[j]), log_cutoff(of_first.log_cutoff[j]);
        const Pack distance(of_first.distance[j]);
        for (std::size_t k = first_k / width * width; k < second.n; k += width) {
            const unsigned mask = triplets.masks[n_masks++];
            const Compressor compressor(mask);
            const Pack of_k = x * load(of_second.x + k) + y * load(of_second.y + k) + z * load(of_second.z + k);
            const Pack of_j = vx * load(second.x + k) + vy * load(second.y + k) + vz * load(second.z + k);
            compressor.store_to(tangents.dot + n, of_k + of_j);
            compressor.store_to(tangents.along + n, along + load(of_second.along + k));
            compressor.store_to(tangents.stretch + n, stretch + load(of_second.stretch + k));
            compressor.store_to(tangents.log_cutoff + n, log_cutoff + load(of_second.log_cutoff + k));
            if (shifted) compressor.store_to(tangents.distance + n, distance + load(of_second.distance + k));
            n += count_bits(mask);
        }
    }
};

template <bool shifted>
void fill_rows(const AngularGroup& group, TangentRows<shifted> rows) {
    for (std::size_t j = 0; j < rows.first.n; ++j) rows.fill_row(j, first_partner(group.same, j));
    const TripletTangents& tangents = rows.tangents;
    Real* const arrays[] = {tangents.dot, tangents.along, tangents.stretch, tangents.log_cutoff};
    for (Real* const array : arrays) store(array + rows.n, 0.0);
    if (shifted) store(tangents.distance + rows.n, 0.0);
}

/// Adds what r_jk brings: with s_jk = r_jk dr_jk/dt its half square changes by s_jk, its length by s_jk / r_jk.
template <bool shifted>
void add_third_side(const Triplets<Real>& triplets, std::size_t begin, std::size_t n, const TripletTangents& tangents) {
    for (std::size_t t = begin; t < begin + n; t += width) {
        const Pack along = load(tangents.along + t), side = along - load(tangents.dot + t);
        store(tangents.along + t, along + side);
        store(tangents.log_cutoff + t, load(tangents.log_cutoff + t) + side * load(triplets.cutoff_ratio + t));
        if (shifted) store(tangents.distance + t, load(tangents.distance + t) + side / load(triplets.r_jk + t));
    }
}

/// The change of cos θ = r_j · r_k / (r_j r_k).
void fill_turns(const Triplets<Real>& triplets, std::size_t begin, std::size_t n, const Real* cosines,
                const TripletTangents& tangents, Real* turns) {
    for (std::size_t t = 0; t < n; t += width) {
        const std::size_t at = begin + t;
        store(turns + t,
              load(tangents.dot + at) * load(triplets.inverse + at) - load(cosines + t) * load(tangents.stretch + at));
    }
}

/// What one exponent multiplies the functions of the angle and their slopes with.
struct TermChanges {
    Real* of_term;
    Real* of_angle;
};

template <bool shifted>
void fill_changes(const Exponent& exponent, const Real* terms, std::size_t begin, std::size_t n, const Real* turns,
                  const TripletTangents& tangents, const TermChanges& changes) {
    const Pack twice_eta(2.0 * exponent.eta), shift(2.0 * exponent.eta * exponent.r_shift);
    for (std::size_t t = 0; t < n; t += width) {
        const std::size_t at = begin + t;
        const Pack term = load(terms + t);
        Pack logarithm = load(tangents.log_cutoff + at) - twice_eta * load(tangents.along + at);
        if (shifted) logarithm += shift * load(tangents.distance + at);
        store(changes.of_term + t, term * logarithm);
        store(changes.of_angle + t, term * load(turns + t));
    }
}

/// Adds the changes of n_terms functions over one tile.
template <std::size_t n_terms>
void add_change(const AngularGroup& group, const AngularTerm* functions, std::size_t n, const TermChanges& terms,
                const Factors& factors, double* changes) {
    const Real *values[n_terms], *slopes[n_terms];
    Pack of_terms[n_terms], of_angles[n_terms];
    for (std::size_t i = 0; i < n_terms; ++i) {
        values[i] = factors.value(functions[i].factor);
        slopes[i] = factors.slope(functions[i].factor);
        of_terms[i] = of_angles[i] = 0.0;
    }
    for (std::size_t t = 0; t < n; t += width) {
        const Pack of_term = load(terms.of_term + t), of_angle = load(terms.of_angle + t);
        for (std::size_t i = 0; i < n_terms; ++i) {
            of_terms[i] += of_term * load(values[i] + t);
            of_angles[i] += of_angle * load(slopes[i] + t);
        }
    }
    for (std::size_t i = 0; i < n_terms; ++i) {
        const double scale = slope_scale(group, functions[i].factor);
        changes[functions[i].index] += functions[i].normalization * (sum(of_terms[i]) + scale * sum(of_angles[i]));
    }
}

void add_changes(const AngularGroup& group, const Exponent& exponent, std::size_t n, const TermChanges& terms,
                 const Factors& factors, double* changes) {
    const AngularTerm* const functions = group.terms + exponent.first_term;
    std::size_t i = 0;
    for (; i + 4 <= exponent.n_terms; i += 4) add_change<4>(group, functions + i, n, terms, factors, changes);
    for (; i + 2 <= exponent.n_terms; i += 2) add_change<2>(group, functions + i, n, terms, factors, changes);
    if (i < exponent.n_terms) add_change<1>(group, functions + i, n, terms, factors, changes);
}

template <bool shifted>
void add_tangent_tile(const AngularGroup& group, const Triplets<Real>& triplets, std::size_t begin, std::size_t n,
                      const TripletTangents& tangents, Scratch scratch, double* changes) {
    if (group.narrow) add_third_side<shifted>(triplets, begin, n, tangents);
    Real* const cosines = scratch.take();
    Real* const turns = scratch.take();
    fill_cosines(triplets, begin, n, cosines);
    fill_turns(triplets, begin, n, cosines, tangents, turns);
    const TermChanges terms{scratch.take(), scratch.take()};
    const Factors factors = fill_factors<true>(group, n, cosines, scratch);
    for (std::size_t e = 0; e < group.n_exponents; ++e) {
        const Exponent& exponent = group.exponents[e];
        const Real* const own = triplets.terms + e * triplets.stride + begin;
        fill_changes<shifted>(exponent, own, begin, n, turns, tangents, terms);
        add_changes(group, exponent, n, terms, factors, changes);
    }
}

template <bool shifted>
void sum_tangents(const AngularGroup& group, const Triplets<Real>& triplets, const ShellAndTangent<Real>& first,
                  const ShellAndTangent<Real>& second, Real* memory, double* changes) {
    const std::size_t stride = triplets.n + padding;
    const TripletTangents tangents{memory, memory + stride, memory + 2 * stride, memory + 3 * stride,
                                   memory + 4 * stride};
    fill_rows(group,
              TangentRows<shifted>{triplets, tangents, first.shell, second.shell, first.tangent, second.tangent});
    for (std::size_t begin = 0; begin < triplets.n; begin += tile_size) {
        const std::size_t n = triplets.n - begin < tile_size ? triplets.n - begin : tile_size;
        add_tangent_tile<shifted>(group, triplets, begin, n, tangents, Scratch(memory + 5 * stride), changes);
    }
}

void angular_tangent(const AngularGroup& group, const Triplets<Real>& triplets, const ShellAndTangent<Real>& first,
                     const ShellAndTangent<Real>& second, Real* memory, double* changes) {
    for (std::size_t e = 0; e < group.n_exponents; ++e) {
        const Exponent& exponent = group.exponents[e];
        for (std::size_t i = 0; i < exponent.n_terms; ++i) changes[group.terms[exponent.first_term + i].index] = 0.0;
    }
    const auto sum_all = group.shifted ? sum_tangents<true> : sum_tangents<false>;
    sum_all(group, triplets, first, second, memory, changes);
}

}  // namespace
}  // namespace nnpot::kernels
