#pragma once

#include <cmath>

#include "nnpot/cutoff_function.hpp"

// The formulas of the cutoff functions, for the scalar class and for the vectorised kernels. Everything
// here has internal linkage: the kernels are compiled several times with different instruction sets, and
// the linker must not choose one copy for all.
namespace nnpot {
namespace {

template <typename Value>
struct CoreValue {
    Value value, slope;
};

/// The functions that the formulas need, for one number; the kernels have the same for vectors.
struct ScalarMath {
    using Value = double;
    static double exp(double x) { return std::exp(x); }
    static double tanh_to_1(double y) { return std::tanh(y); }
    static void sine_and_cosine(double y, double& sine, double& cosine) {
        constexpr double half_pi = 1.57079632679489661923;
        sine = std::sin(half_pi * y);
        cosine = std::sin(half_pi * (1.0 - y));
    }
};

/// Value and slope (with respect to x) at the reduced distance x = 1 − y, 0 ≤ x < 1. Both are written in
/// terms of y where the plain formula would cancel near the cutoff.
template <CutoffType type, typename Math>
inline __attribute__((always_inline)) CoreValue<typename Math::Value> cutoff_core(typename Math::Value y) {
    using V = typename Math::Value;
    const auto number = [](double value) { return V(value); };
    const V x = number(1.0) - y;
    const V y2 = y * y;
    if constexpr (type == CutoffType::hard) {
        return {number(1.0), number(0.0)};
    } else if constexpr (type == CutoffType::cosine) {
        V sine, cosine;
        Math::sine_and_cosine(y, sine, cosine);
        return {sine * sine, number(-3.14159265358979323846) * sine * cosine};
    } else if constexpr (type == CutoffType::tanh3 || type == CutoffType::tanh3_unnormalized) {
        constexpr double cube_of_tanh_1 = 0.44174415173115256;
        constexpr double scale = type == CutoffType::tanh3 ? 1.0 / cube_of_tanh_1 : 1.0;
        const V t = Math::tanh_to_1(y);
        const V t2 = t * t;
        return {number(scale) * t * t2, number(3.0 * scale) * t2 * (t2 - number(1.0))};
    } else if constexpr (type == CutoffType::exponential) {
        const V gap = y * (number(1.0) + x);  // 1 − x²
        const V value = Math::exp(number(1.0) - number(1.0) / gap);
        return {value, number(-2.0) * x / (gap * gap) * value};
    } else if constexpr (type == CutoffType::poly1) {
        return {y2 * (number(3.0) - number(2.0) * y), number(-6.0) * x * y};
    } else if constexpr (type == CutoffType::poly2) {
        return {y2 * y * (number(10.0) + y * (number(6.0) * y - number(15.0))), number(-30.0) * x * x * y2};
    } else if constexpr (type == CutoffType::poly3) {
        return {y2 * y2 * (number(35.0) + y * (number(-84.0) + y * (number(70.0) - number(20.0) * y))),
                number(-140.0) * x * x * x * y2 * y};
    } else {
        const V x2 = x * x;
        return {
            y2 * y2 * y *
                (number(126.0) + y * (number(-420.0) + y * (number(540.0) + y * (number(70.0) * y - number(315.0))))),
            number(-630.0) * x2 * x2 * y2 * y2};
    }
}

template <CutoffType type>
struct CutoffTag {
    static constexpr CutoffType value = type;
};

/// Calls @p function with the tag of @p type, so that a loop inside it is compiled for each formula.
template <typename Function>
inline void for_cutoff_type(CutoffType type, const Function& function) {
    switch (type) {
        case CutoffType::hard: return function(CutoffTag<CutoffType::hard>());
        case CutoffType::cosine: return function(CutoffTag<CutoffType::cosine>());
        case CutoffType::tanh3_unnormalized: return function(CutoffTag<CutoffType::tanh3_unnormalized>());
        case CutoffType::tanh3: return function(CutoffTag<CutoffType::tanh3>());
        case CutoffType::exponential: return function(CutoffTag<CutoffType::exponential>());
        case CutoffType::poly1: return function(CutoffTag<CutoffType::poly1>());
        case CutoffType::poly2: return function(CutoffTag<CutoffType::poly2>());
        case CutoffType::poly3: return function(CutoffTag<CutoffType::poly3>());
        case CutoffType::poly4: return function(CutoffTag<CutoffType::poly4>());
    }
}

}  // namespace
}  // namespace nnpot
