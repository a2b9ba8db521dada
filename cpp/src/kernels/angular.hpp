#pragma once

#include "triplets.hpp"

// Angular functions over the triplets of a group, tile by tile: see docs/theory.md, "The adjoint sweep".
namespace nnpot::kernels {
namespace {

/// Hands out the arrays of one tile.
class Scratch {
public:
    explicit Scratch(Real* memory) : next_(memory) {}
    Real* take(std::size_t n_arrays = 1) {
        Real* const taken = next_;
        next_ += n_arrays * tile_size;
        return taken;
    }
    Real* rest() const { return next_; }

private:
    Real* next_;
};

std::size_t n_factors(const AngularGroup& group) { return group.n_powers + group.n_windows; }

/// A function of the angle and its derivative with respect to the cosine, the latter divided by slope_scale().
struct Factors {
    Real* values;
    Real* slopes;

    Real* value(std::size_t f) const { return values + f * tile_size; }
    Real* slope(std::size_t f) const { return slopes + f * tile_size; }
};

double slope_scale(const AngularGroup& group, std::size_t f) {
    return group.n_windows > 0 ? 1.0 : group.powers[f].lambda * group.powers[f].zeta;
}

void fill_cosines(const Triplets<Real>& triplets, std::size_t begin, std::size_t n, Real* cosines) {
    for (std::size_t t = 0; t < n; t += width) {
        store(cosines + t, load(triplets.dot + begin + t) * load(triplets.inverse + begin + t));
    }
}

/// The slope of the power 1 is 1, but not where 1 + lambda cos θ has become negative and the term 0.
void clear_ended(std::size_t n, const Real* values, Real* slopes) {
    for (std::size_t t = 0; t < n; t += width) {
        store(slopes + t, select(load(values + t) > Pack(0.0), load(slopes + t), Pack(0.0)));
    }
}

/// (1 + lambda cos θ)^zeta, and for the way back the same with zeta − 1.
template <bool with_slopes>
void fill_power(const Power& power, std::size_t n, const Real* cosines, Real* values, Real* slopes) {
    const Pack lambda(power.lambda);
    const double exponent = power.zeta - 1.0;
    const auto base = [&](std::size_t t) { return larger(Pack(1.0) + lambda * load(cosines + t), 0.0); };
    const auto whole = static_cast<unsigned>(exponent >= 0.0 && exponent <= 1024.0 ? exponent : 0.0);
    if (static_cast<double>(whole) == exponent) {
        with_whole_power(whole, [&](const auto& raise) {
            for (std::size_t t = 0; t < n; t += width) {
                const Pack u = base(t), slope = raise(u);
                if (with_slopes) store(slopes + t, slope);
                store(values + t, slope * u);
            }
        });
        if (with_slopes && whole == 0 && (power.lambda > 1.0 || power.lambda < -1.0)) clear_ended(n, values, slopes);
        return;
    }
    for (std::size_t t = 0; t < n; t += width) store(values + t, base(t));
    real_powers(whole_vectors(n), values, exponent, slopes);
    for (std::size_t t = 0; t < n; t += width) store(values + t, load(values + t) * load(slopes + t));
}

void fill_window(const Window& window, std::size_t n, const Real* thetas, const Real* inverse_sines, Real* values,
                 Real* slopes) {
    const Pack low(window.low), high(window.high), inverse_half_width(2.0 / (window.high - window.low));
    for_core(window.core, [=](auto core) {
        for (std::size_t t = 0; t < n; t += width) {
            const CoreValue<Pack> f =
                compact_function<decltype(core)::value, false>(load(thetas + t), low, high, inverse_half_width);
            store(values + t, f.value);
            store(slopes + t, -f.slope * load(inverse_sines + t));
        }
    });
}

template <bool with_slopes>
Factors fill_factors(const AngularGroup& group, std::size_t n, const Real* cosines, Scratch& scratch) {
    const Factors factors{scratch.take(n_factors(group)), scratch.take(n_factors(group))};
    for (std::size_t f = 0; f < group.n_powers; ++f) {
        fill_power<with_slopes>(group.powers[f], n, cosines, factors.value(f), factors.slope(f));
    }
    if (group.n_windows == 0) return factors;
    Real* const thetas = scratch.take();
    Real* const inverse_sines = scratch.take();
    angles(whole_vectors(n), cosines, thetas, inverse_sines);
    for (std::size_t f = 0; f < group.n_windows; ++f) {
        fill_window(group.windows[f], n, thetas, inverse_sines, factors.value(f), factors.slope(f));
    }
    return factors;
}

/// r_jk, its cutoff function into the product, and the ratio of slope and value.
void complete_narrow(const AngularGroup& group, const Triplets<Real>& triplets, std::size_t begin, std::size_t n) {
    with_cutoff(group.cutoff, [&](const auto& function) {
        for (std::size_t t = begin; t < begin + n; t += width) {
            const Pack squared = Pack(0.5) * load(triplets.squares + t) - load(triplets.dot + t);
            const Pack r_jk = square_root(larger(squared, 1e-20));
            const CoreValue<Pack> f = value_and_ratio(function(r_jk), r_jk);
            store(triplets.cutoff + t, load(triplets.cutoff + t) * f.value);
            store(triplets.cutoff_ratio + t, f.slope);
            if (!group.shifted) continue;
            store(triplets.r_jk + t, r_jk);
            store(triplets.distances + t, load(triplets.distances + t) + r_jk);
        }
    });
}

/// exp(−eta Σ (r − r_shift)²) over the three sides, as squares − 2 r_shift distances + constant.
void fill_exponential(const Exponent& exponent, const Triplets<Real>& triplets, std::size_t begin, std::size_t n,
                      Real* exponentials) {
    const Pack minus_eta(-exponent.eta);
    if (exponent.r_shift == 0.0) {
        for (std::size_t t = 0; t < n; t += width) {
            store(exponentials + t, PackMath::exp(minus_eta * load(triplets.squares + begin + t)));
        }
        return;
    }
    const Pack twice_shift(2.0 * exponent.r_shift), constant(3.0 * exponent.r_shift * exponent.r_shift);
    for (std::size_t t = 0; t < n; t += width) {
        const Pack distances = load(triplets.distances + begin + t);
        const Pack sum_of_squares = load(triplets.squares + begin + t) - twice_shift * distances + constant;
        store(exponentials + t, PackMath::exp(minus_eta * sum_of_squares));
    }
}

/// The terms of all exponents of a narrow group for one tile.
void fill_narrow_terms(const AngularGroup& group, Triplets<Real>& triplets, std::size_t begin, std::size_t n,
                       Scratch scratch) {
    Real* const exponentials = scratch.take(group.n_exponents);
    for (std::size_t e = 0; e < group.n_exponents; ++e) {
        const Exponent& exponent = group.exponents[e];
        Real* const own = exponentials + e * tile_size;
        Real* const terms = triplets.terms + e * triplets.stride + begin;
        const Real* const cutoff = triplets.cutoff + begin;
        if (exponent.eta == 0.0) {
            for (std::size_t t = 0; t < n; t += width) store(terms + t, load(cutoff + t));
            continue;
        }
        if (exponent.multiple == 0) {
            fill_exponential(exponent, triplets, begin, n, own);
            for (std::size_t t = 0; t < n; t += width) store(terms + t, load(own + t) * load(cutoff + t));
            continue;
        }
        const Real* const base = exponentials + exponent.base * tile_size;
        with_whole_power(exponent.multiple, [&](const auto& raise) {
            for (std::size_t t = 0; t < n; t += width) {
                const Pack exponential = raise(load(base + t));
                store(own + t, exponential);
                store(terms + t, exponential * load(cutoff + t));
            }
        });
    }
}

void fill_gaussians(const Exponent& exponent, const Shell<Real>& shell, Real* gaussians) {
    const Pack minus_eta(-exponent.eta), r_shift(exponent.r_shift);
    for (std::size_t i = 0; i < shell.n; i += width) {
        const Pack d = load(shell.r + i) - r_shift;
        store(gaussians + i, PackMath::exp(minus_eta * d * d) * load(shell.cutoff + i));
    }
}

/// The terms of a wide group are products of what belongs to the neighbors.
void fill_wide_terms(const AngularGroup& group, const Exponent& exponent, const Shell<Real>& first,
                     const Shell<Real>& second, const std::uint16_t* masks, Real* scratch, Real* terms) {
    Real* const of_first = scratch;
    Real* const of_second = group.same ? of_first : of_first + whole_vectors(first.n);
    fill_gaussians(exponent, first, of_first);
    if (!group.same) fill_gaussians(exponent, second, of_second);
    for (std::size_t j = 0; j < first.n; ++j) {
        const Pack factor(of_first[j]);
        for (std::size_t k = first_partner(group.same, j) / width * width; k < second.n; k += width) {
            const unsigned mask = *masks++;
            Compressor(mask).store_to(terms, factor * load(of_second + k));
            terms += count_bits(mask);
        }
    }
    store(terms, 0.0);
}

/// Adds the sums of n_terms functions over one tile to their values.
template <std::size_t n_terms>
NNPOT_INLINE void add_sums(const AngularTerm* functions, std::size_t n, const Real* terms, const Factors& factors,
                           double* values) {
    const Real* factor[n_terms];
    Pack sums[n_terms];
    for (std::size_t i = 0; i < n_terms; ++i) {
        factor[i] = factors.value(functions[i].factor);
        sums[i] = 0.0;
    }
    for (std::size_t t = 0; t < n; t += width) {
        const Pack term = load(terms + t);
        for (std::size_t i = 0; i < n_terms; ++i) sums[i] += term * load(factor[i] + t);
    }
    for (std::size_t i = 0; i < n_terms; ++i) values[functions[i].index] += functions[i].normalization * sum(sums[i]);
}

void add_all_sums(const Exponent& exponent, const AngularTerm* functions, std::size_t n, const Real* terms,
                  const Factors& factors, double* values) {
    std::size_t i = 0;
    for (; i + 4 <= exponent.n_terms; i += 4) add_sums<4>(functions + i, n, terms, factors, values);
    for (; i + 2 <= exponent.n_terms; i += 2) add_sums<2>(functions + i, n, terms, factors, values);
    if (i < exponent.n_terms) add_sums<1>(functions + i, n, terms, factors, values);
}

void add_tile(const AngularGroup& group, Triplets<Real>& triplets, std::size_t begin, std::size_t n, Scratch scratch,
              double* values) {
    if (group.narrow) {
        complete_narrow(group, triplets, begin, n);
        fill_narrow_terms(group, triplets, begin, n, scratch);
    }
    Real* const cosines = scratch.take();
    fill_cosines(triplets, begin, n, cosines);
    const Factors factors = fill_factors<false>(group, n, cosines, scratch);
    for (std::size_t e = 0; e < group.n_exponents; ++e) {
        const Exponent& exponent = group.exponents[e];
        const Real* const terms = triplets.terms + e * triplets.stride + begin;
        add_all_sums(exponent, group.terms + exponent.first_term, n, terms, factors, values);
    }
}

void angular_forward(const AngularGroup& group, const Shell<Real>& first, const Shell<Real>& second,
                     Triplets<Real>& triplets, Real* memory, double* values) {
    for (std::size_t e = 0; e < group.n_exponents; ++e) {
        const Exponent& exponent = group.exponents[e];
        for (std::size_t i = 0; i < exponent.n_terms; ++i) values[group.terms[exponent.first_term + i].index] = 0.0;
        if (group.narrow) continue;
        fill_wide_terms(group, exponent, first, second, triplets.masks, memory, triplets.terms + e * triplets.stride);
    }
    for (std::size_t begin = 0; begin < triplets.n; begin += tile_size) {
        const std::size_t n = triplets.n - begin < tile_size ? triplets.n - begin : tile_size;
        add_tile(group, triplets, begin, n, Scratch(memory), values);
    }
}

}  // namespace
}  // namespace nnpot::kernels
