// Compiled once per instruction set and precision (cpp/CMakeLists.txt), NNPOT_VARIANT is set to its name.
#include "libm_kernels.hpp"

#include <cmath>

namespace nnpot::kernels::NNPOT_VARIANT {

double damped_cosine_sum(double kappa, const Shell<Real>& shell) {
    const Real k = static_cast<Real>(kappa);
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t i = 0; i < shell.n; ++i) sum += std::cos(k * shell.r[i]) * shell.cutoff[i];
    return sum;
}

void add_damped_cosine_slopes(double kappa, double weight, const Shell<Real>& shell, Real* slopes) {
    const Real k = static_cast<Real>(kappa), w = static_cast<Real>(weight);
#pragma omp simd
    for (std::size_t i = 0; i < shell.n; ++i) {
        const Real phase = k * shell.r[i];
        const Real slope = std::cos(phase) * shell.cutoff_ratio[i] - k * std::sin(phase) * shell.inverse_r[i];
        slopes[i] += w * shell.cutoff[i] * slope;
    }
}

void real_powers(std::size_t n, const Real* bases, double exponent, Real* powers) {
    const Real e = static_cast<Real>(exponent);
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        const Real power = std::pow(bases[i] > 0 ? bases[i] : Real(1), e);
        powers[i] = bases[i] > 0 ? power : Real(0);
    }
}

void angles(std::size_t n, const Real* cosines, Real* thetas, Real* inverse_sines) {
    // Single precision cannot tell collinear from nearly collinear: all of them take the largest angle that it knows.
    constexpr bool skips_collinear = sizeof(Real) == 8;
    constexpr Real largest_cosine = skips_collinear ? Real(1.0 - 1e-14) : Real(1.0 - 1.2e-7);
    constexpr Real outside = -1000;
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        const bool counts = (cosines[i] < largest_cosine) & (cosines[i] > -largest_cosine);
        const Real limit = cosines[i] > 0 ? largest_cosine : -largest_cosine;
        const Real safe = counts ? cosines[i] : limit;
        thetas[i] = counts || !skips_collinear ? std::acos(safe) : outside;
        inverse_sines[i] = 1 / std::sqrt((1 - safe) * (1 + safe));
    }
}

namespace {

struct ValueAndSlopeOf {
    Real value, slope;
};

/// Applies @p function (x → value, slope) to all elements.
template <typename Function>
inline void map(std::size_t n, Real* x, Real* slope, const Function& function) {
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        const ValueAndSlopeOf f = function(x[i]);
        x[i] = f.value;
        slope[i] = f.slope;
    }
}

inline Real sigmoid(Real x) {
    constexpr Real limit = sizeof(Real) == 8 ? 700 : 80;
    return 1 / (1 + std::exp(x > -limit ? -x : limit));
}

inline ValueAndSlopeOf softplus(Real x) {
    const Real magnitude = x > 0 ? x : -x;
    const Real small = std::exp(-magnitude);
    const Real slope = (x > 0 ? Real(1) : small) / (1 + small);
    return {(x > 0 ? x : Real(0)) + std::log(1 + small), slope};
}

}  // namespace

void activate(Activation activation, std::size_t n, Real* x, Real* slope) {
    using Result = ValueAndSlopeOf;
    const auto apply = [=](const auto& function) { map(n, x, slope, function); };
    switch (activation) {
        case Activation::linear: return apply([](Real v) { return Result{v, 1}; });
        case Activation::tanh:
            return apply([](Real v) {
                const Real t = std::tanh(v);
                return Result{t, 1 - t * t};
            });
        case Activation::sigmoid:
            return apply([](Real v) {
                const Real s = sigmoid(v);
                return Result{s, s * (1 - s)};
            });
        case Activation::reversed_sigmoid:
            return apply([](Real v) {
                const Real s = sigmoid(-v);
                return Result{s, -s * (1 - s)};
            });
        case Activation::softplus: return apply([](Real v) { return softplus(v); });
        case Activation::relu:
            return apply([](Real v) { return Result{v > 0 ? v : Real(0), v > 0 ? Real(1) : Real(0)}; });
        case Activation::gaussian:
            return apply([](Real v) {
                const Real g = std::exp(v * v / -2);
                return Result{g, -v * g};
            });
        case Activation::cosine: return apply([](Real v) { return Result{std::cos(v), -std::sin(v)}; });
        case Activation::exponential:
            return apply([](Real v) {
                const Real e = std::exp(-v);
                return Result{e, -e};
            });
        case Activation::square: return apply([](Real v) { return Result{v * v, 2 * v}; });
        case Activation::scaled_tanh:
            return apply([](Real v) {
                constexpr Real height = Real(1.7159), rate = Real(2) / 3, twist = Real(0.001);
                const Real t = std::tanh(rate * v);
                return Result{height * t + twist * v, height * rate * (1 - t * t) + twist};
            });
    }
}

}  // namespace nnpot::kernels::NNPOT_VARIANT
