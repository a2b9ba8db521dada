// Compiled once per instruction set (cpp/CMakeLists.txt) with NNPOT_VARIANT set to its name.
#include "symmetry_kernels.hpp"

#include <cmath>

#include "cutoff_core.hpp"
#include "symmetry_kernels_cutoff.hpp"
#include "symmetry_kernels_windows.hpp"

#ifndef NNPOT_VARIANT
#error "NNPOT_VARIANT must name the instruction set"
#endif

namespace nnpot::kernels {
namespace {

/// Below this a neighbor no longer counts: its share of any sum or slope is lost in rounding.
constexpr double smallest_cutoff_value = 1e-30;

/// Copies those neighbors within the radius that are of one element, or of any; returns their number.
/// r takes the square of the distance.
template <bool of_any_element>
std::size_t gather_neighbors(const double* dx, const double* dy, const double* dz, const int* atomic_numbers,
                             std::size_t n_neighbors, int atomic_number, double radius, Shell& shell) {
    const double radius_squared = radius * radius;
    std::size_t n = 0;
    for (std::size_t i = 0; i < n_neighbors; ++i) {
        const double squared = dx[i] * dx[i] + dy[i] * dy[i] + dz[i] * dz[i];
        shell.pair[n] = i;
        shell.x[n] = dx[i];
        shell.y[n] = dy[i];
        shell.z[n] = dz[i];
        shell.r[n] = squared;
        const bool wanted = of_any_element || atomic_numbers[i] == atomic_number;
        n += static_cast<std::size_t>(wanted & (squared < radius_squared));
    }
    return n;
}

/// Removes the neighbors whose cutoff factor is negligible, so that its ratio never divides by zero.
void drop_negligible_neighbors(std::size_t n, Shell& shell) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double value = shell.cutoff[i];
        shell.pair[kept] = shell.pair[i];
        shell.x[kept] = shell.x[i];
        shell.y[kept] = shell.y[i];
        shell.z[kept] = shell.z[i];
        shell.r[kept] = shell.r[i];
        shell.cutoff[kept] = value;
        shell.cutoff_ratio[kept] = shell.cutoff_ratio[i];
        kept += static_cast<std::size_t>(value > smallest_cutoff_value);
    }
    shell.n = kept;
}

void fill_shell(const double* dx, const double* dy, const double* dz, const int* atomic_numbers,
                std::size_t n_neighbors, int atomic_number, const CutoffParameters& cutoff, Shell& shell) {
    const bool weighted = atomic_number == 0;
    const auto gather = weighted ? gather_neighbors<true> : gather_neighbors<false>;
    const std::size_t n = gather(dx, dy, dz, atomic_numbers, n_neighbors, atomic_number, cutoff.radius, shell);
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) shell.r[i] = std::sqrt(shell.r[i]);
    evaluate_cutoff(cutoff, n, shell.r, shell.cutoff, shell.cutoff_ratio);
    drop_negligible_neighbors(n, shell);
#pragma omp simd
    for (std::size_t i = 0; i < shell.n; ++i) shell.inverse_r[i] = 1.0 / shell.r[i];
    if (!weighted) return;
    for (std::size_t i = 0; i < shell.n; ++i) shell.cutoff[i] *= atomic_numbers[shell.pair[i]];
}

double gaussian_terms(const Shell& shell, double eta, double r_shift, double* terms) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t i = 0; i < shell.n; ++i) {
        const double d = shell.r[i] - r_shift;
        terms[i] = std::exp(-eta * d * d) * shell.cutoff[i];
        sum += terms[i];
    }
    return sum;
}

void gaussian_slopes(const Shell& shell, double eta, double r_shift, const double* terms, double weight,
                     double* slopes) {
#pragma omp simd
    for (std::size_t i = 0; i < shell.n; ++i) {
        const double gaussian_part = -2.0 * eta * (1.0 - r_shift * shell.inverse_r[i]);
        slopes[i] += weight * terms[i] * (gaussian_part + shell.cutoff_ratio[i]);
    }
}

double damped_cosine_sum(const Shell& shell, double kappa) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t i = 0; i < shell.n; ++i) sum += std::cos(kappa * shell.r[i]) * shell.cutoff[i];
    return sum;
}

void damped_cosine_slopes(const Shell& shell, double kappa, double weight, double* slopes) {
#pragma omp simd
    for (std::size_t i = 0; i < shell.n; ++i) {
        const double phase = kappa * shell.r[i];
        const double slope = std::cos(phase) * shell.cutoff_ratio[i] - kappa * std::sin(phase) * shell.inverse_r[i];
        slopes[i] += weight * shell.cutoff[i] * slope;
    }
}

void apply_slopes(Shell& shell, const double* slopes) {
#pragma omp simd
    for (std::size_t i = 0; i < shell.n; ++i) {
        shell.gx[i] += slopes[i] * shell.x[i];
        shell.gy[i] += slopes[i] * shell.y[i];
        shell.gz[i] += slopes[i] * shell.z[i];
    }
}

/// Lists the pairs of j with the neighbors from @p first_k on that lie within the limit of r_jk²; returns
/// the new length. cosine takes r_j · r_k, r_jk takes r_jk², until the list is complete.
std::size_t list_partners(const Shell& first, const Shell& second, std::size_t j, std::size_t first_k,
                          double largest_squared, std::size_t n, Triplets& triplets) {
    const double x = first.x[j], y = first.y[j], z = first.z[j];
    const double r_j_squared = first.r[j] * first.r[j];
    for (std::size_t k = first_k; k < second.n; ++k) {
        const double dot = x * second.x[k] + y * second.y[k] + z * second.z[k];
        const double squared = r_j_squared + second.r[k] * second.r[k] - 2.0 * dot;
        triplets.j[n] = static_cast<int>(j);
        triplets.k[n] = static_cast<int>(k);
        triplets.cosine[n] = dot;
        triplets.r_jk[n] = squared;
        n += static_cast<std::size_t>(squared < largest_squared);
    }
    return n;
}

/// Removes the triplets whose cutoff factor is negligible, so that its ratio never divides by zero.
std::size_t drop_negligible(std::size_t n, Triplets& t) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double value = t.cutoff_jk[i];
        t.j[kept] = t.j[i];
        t.k[kept] = t.k[i];
        t.cosine[kept] = t.cosine[i];
        t.r_jk[kept] = t.r_jk[i];
        t.cutoff_jk[kept] = value;
        t.cutoff_ratio_jk[kept] = t.cutoff_ratio_jk[i];
        kept += static_cast<std::size_t>(value > smallest_cutoff_value);
    }
    return kept;
}

void list_triplets(const Shell& first, const Shell& second, bool same, bool narrow, const CutoffParameters& cutoff,
                   Triplets& triplets) {
    const double largest_squared = narrow ? cutoff.radius * cutoff.radius : 1e300;
    std::size_t n = 0;
    for (std::size_t j = 0; j < first.n; ++j) {
        n = list_partners(first, second, j, same ? j + 1 : 0, largest_squared, n, triplets);
    }
    if (narrow) {
#pragma omp simd
        for (std::size_t t = 0; t < n; ++t) {
            const double squared = triplets.r_jk[t];
            triplets.r_jk[t] = std::sqrt(squared > 1e-20 ? squared : 1e-20);
        }
        evaluate_cutoff(cutoff, n, triplets.r_jk, triplets.cutoff_jk, triplets.cutoff_ratio_jk);
        n = drop_negligible(n, triplets);
    }
    triplets.n = n;
#pragma omp simd
    for (std::size_t t = 0; t < n; ++t) {
        triplets.cosine[t] *= first.inverse_r[triplets.j[t]] * second.inverse_r[triplets.k[t]];
    }
}

void triplet_radial_terms(const Triplets& triplets, const double* first, const double* second, bool narrow, double eta,
                          double r_shift, double* terms) {
    if (!narrow) {
#pragma omp simd
        for (std::size_t t = 0; t < triplets.n; ++t) terms[t] = first[triplets.j[t]] * second[triplets.k[t]];
        return;
    }
    if (eta == 0.0) {
#pragma omp simd
        for (std::size_t t = 0; t < triplets.n; ++t) {
            terms[t] = first[triplets.j[t]] * second[triplets.k[t]] * triplets.cutoff_jk[t];
        }
        return;
    }
#pragma omp simd
    for (std::size_t t = 0; t < triplets.n; ++t) {
        const double d = triplets.r_jk[t] - r_shift;
        terms[t] = first[triplets.j[t]] * second[triplets.k[t]] * std::exp(-eta * d * d) * triplets.cutoff_jk[t];
    }
}

template <int exponent>
inline double integer_power(double x) {
    if constexpr (exponent == 0) {
        return 1.0;
    } else {
        const double half = integer_power<exponent / 2>(x);
        return exponent % 2 ? half * half * x : half * half;
    }
}

template <typename Power>
inline void fill_powers(const Triplets& triplets, double lambda, double* base, double* power, const Power& raise) {
#pragma omp simd
    for (std::size_t t = 0; t < triplets.n; ++t) {
        const double u = 1.0 + lambda * triplets.cosine[t];
        base[t] = u > 0.0 ? u : 0.0;
        power[t] = u > 0.0 ? raise(u) : 0.0;
    }
}

void triplet_powers(const Triplets& triplets, double lambda, double zeta, double* base, double* power) {
    const auto fill = [&](const auto& raise) { fill_powers(triplets, lambda, base, power, raise); };
    const double exponent = zeta - 1.0;
    if (exponent == 0.0) return fill([](double u) { return integer_power<0>(u); });
    if (exponent == 1.0) return fill([](double u) { return integer_power<1>(u); });
    if (exponent == 2.0) return fill([](double u) { return integer_power<2>(u); });
    if (exponent == 3.0) return fill([](double u) { return integer_power<3>(u); });
    if (exponent == 5.0) return fill([](double u) { return integer_power<5>(u); });
    if (exponent == 7.0) return fill([](double u) { return integer_power<7>(u); });
    if (exponent == 15.0) return fill([](double u) { return integer_power<15>(u); });
    if (exponent == 31.0) return fill([](double u) { return integer_power<31>(u); });
    if (exponent == 63.0) return fill([](double u) { return integer_power<63>(u); });
    fill([exponent](double u) { return std::pow(u, exponent); });
}

double sum_of_products(std::size_t n, const double* a, const double* b, const double* c) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t t = 0; t < n; ++t) sum += a[t] * b[t] * c[t];
    return sum;
}

void add_weighted_powers(std::size_t n, double weight, double lambda_zeta, const double* base, const double* power,
                         double* s0, double* s1) {
    const double weight1 = weight * lambda_zeta;
#pragma omp simd
    for (std::size_t t = 0; t < n; ++t) {
        s0[t] += weight * power[t] * base[t];
        s1[t] += weight1 * power[t];
    }
}

void fold_exponent(std::size_t n, double eta, double r_shift, const double* terms, TripletSums& sums) {
    const double twice_eta = 2.0 * eta;
    const double shift = twice_eta * r_shift;
#pragma omp simd
    for (std::size_t t = 0; t < n; ++t) {
        const double value = sums.s0[t] * terms[t];
        sums.value[t] += value;
        sums.slope[t] -= twice_eta * value;
        sums.slope_shift[t] += shift * value;
        sums.angle[t] += sums.s1[t] * terms[t];
        sums.s0[t] = 0.0;
        sums.s1[t] = 0.0;
    }
}

void scatter_triplets(const Triplets& triplets, bool narrow, const TripletSums& sums, Shell& first, Shell& second) {
    // The coefficients of x_j and x_k overwrite sums that are no longer needed.
    double* const along_j = sums.s0;
    double* const along_k = sums.s1;
    double* const across = sums.angle;
#pragma omp simd
    for (std::size_t t = 0; t < triplets.n; ++t) {
        const int j = triplets.j[t], k = triplets.k[t];
        const double inverse_j = first.inverse_r[j], inverse_k = second.inverse_r[k];
        const double value = sums.value[t], slope = sums.slope[t], shift = sums.slope_shift[t];
        const double angle = sums.angle[t], turn = angle * triplets.cosine[t];
        const double q = narrow ? slope + shift / triplets.r_jk[t] + value * triplets.cutoff_ratio_jk[t] : 0.0;
        across[t] = angle * inverse_j * inverse_k - q;
        along_j[t] = slope + shift * inverse_j + value * first.cutoff_ratio[j] - turn * inverse_j * inverse_j + q;
        along_k[t] = slope + shift * inverse_k + value * second.cutoff_ratio[k] - turn * inverse_k * inverse_k + q;
    }
    std::size_t t = 0;
    while (t < triplets.n) {
        const int j = triplets.j[t];
        std::size_t end = t;
        while (end < triplets.n && triplets.j[end] == j) ++end;
        const double x = first.x[j], y = first.y[j], z = first.z[j];
        double along = 0.0, gx = 0.0, gy = 0.0, gz = 0.0;
        const int* const ks = triplets.k;
        // The partners k of one j are all different, so the iterations are independent.
#pragma GCC ivdep
        for (std::size_t s = t; s < end; ++s) {
            const int k = ks[s];
            const double a = across[s], b = along_k[s];
            along += along_j[s];
            gx += a * second.x[k];
            gy += a * second.y[k];
            gz += a * second.z[k];
            second.gx[k] += b * second.x[k] + a * x;
            second.gy[k] += b * second.y[k] + a * y;
            second.gz[k] += b * second.z[k] + a * z;
        }
        first.gx[j] += along * x + gx;
        first.gy[j] += along * y + gy;
        first.gz[j] += along * z + gz;
        t = end;
    }
}

/// Applies @p function (x → value, slope) to all elements.
template <typename Function>
inline void map(std::size_t n, double* x, double* slope, const Function& function) {
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        const ValueAndSlope f = function(x[i]);
        x[i] = f.value;
        slope[i] = f.slope;
    }
}

inline double sigmoid(double x) { return 1.0 / (1.0 + std::exp(x > -700.0 ? -x : 700.0)); }

inline ValueAndSlope softplus(double x) {
    const double magnitude = x > 0.0 ? x : -x;
    const double small = std::exp(-magnitude);
    const double slope = (x > 0.0 ? 1.0 : small) / (1.0 + small);
    return {(x > 0.0 ? x : 0.0) + std::log(1.0 + small), slope};
}

void activate(Activation activation, std::size_t n, double* x, double* slope) {
    const auto apply = [=](const auto& function) { map(n, x, slope, function); };
    switch (activation) {
        case Activation::linear: return apply([](double v) { return ValueAndSlope{v, 1.0}; });
        case Activation::tanh:
            return apply([](double v) {
                const double t = std::tanh(v);
                return ValueAndSlope{t, 1.0 - t * t};
            });
        case Activation::sigmoid:
            return apply([](double v) {
                const double s = sigmoid(v);
                return ValueAndSlope{s, s * (1.0 - s)};
            });
        case Activation::reversed_sigmoid:
            return apply([](double v) {
                const double s = sigmoid(-v);
                return ValueAndSlope{s, -s * (1.0 - s)};
            });
        case Activation::softplus: return apply([](double v) { return softplus(v); });
        case Activation::relu:
            return apply([](double v) { return ValueAndSlope{v > 0.0 ? v : 0.0, v > 0.0 ? 1.0 : 0.0}; });
        case Activation::gaussian:
            return apply([](double v) {
                const double g = std::exp(-0.5 * v * v);
                return ValueAndSlope{g, -v * g};
            });
        case Activation::cosine: return apply([](double v) { return ValueAndSlope{std::cos(v), -std::sin(v)}; });
        case Activation::exponential:
            return apply([](double v) {
                const double e = std::exp(-v);
                return ValueAndSlope{e, -e};
            });
        case Activation::square: return apply([](double v) { return ValueAndSlope{v * v, 2.0 * v}; });
    }
}

}  // namespace

#define NNPOT_TEXT_OF(name) #name
#define NNPOT_TEXT(name) NNPOT_TEXT_OF(name)

namespace NNPOT_VARIANT {
extern const Kernels kernels;
const Kernels kernels{NNPOT_TEXT(NNPOT_VARIANT),
                      fill_shell,
                      gaussian_terms,
                      gaussian_slopes,
                      damped_cosine_sum,
                      damped_cosine_slopes,
                      apply_slopes,
                      list_triplets,
                      triplet_radial_terms,
                      triplet_powers,
                      triplet_angles,
                      triplet_windows,
                      sum_of_products,
                      dot,
                      add_weighted_powers,
                      add_weighted_windows,
                      fold_exponent,
                      scatter_triplets,
                      activate};
}  // namespace NNPOT_VARIANT

}  // namespace nnpot::kernels
