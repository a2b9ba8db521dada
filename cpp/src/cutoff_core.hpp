#pragma once

#include <cmath>

#include "nnpot/cutoff_function.hpp"

// The formulas of the cutoff functions, for the scalar class and for the vectorised kernels. Everything
// here has internal linkage: the kernels are compiled several times with different instruction sets, and
// the linker must not choose one copy for all.
namespace nnpot {
namespace {

/// Value and slope (with respect to x) at the reduced distance x = 1 − y, 0 ≤ x < 1. Both are written in
/// terms of y where the plain formula would cancel near the cutoff.
template <CutoffType type>
inline ValueAndSlope cutoff_core(double y) noexcept {
    constexpr double pi = 3.14159265358979323846;
    const double x = 1.0 - y;
    if constexpr (type == CutoffType::hard) {
        return {1.0, 0.0};
    } else if constexpr (type == CutoffType::cosine) {
        // Two sines and no cosine of the same angle: the compiler would merge those into a scalar sincos.
        const double sine = std::sin(0.5 * pi * y);
        return {sine * sine, -0.5 * pi * std::sin(pi * y)};
    } else if constexpr (type == CutoffType::tanh3 || type == CutoffType::tanh3_unnormalized) {
        constexpr double cube_of_tanh_1 = 0.44174415173115256;
        constexpr double scale = type == CutoffType::tanh3 ? 1.0 / cube_of_tanh_1 : 1.0;
        const double t = std::tanh(y);
        return {scale * t * t * t, scale * 3.0 * t * t * (t * t - 1.0)};
    } else if constexpr (type == CutoffType::exponential) {
        const double gap = y * (1.0 + x);  // 1 − x²
        const double value = std::exp(1.0 - 1.0 / gap);
        return {value, -2.0 * x / (gap * gap) * value};
    } else if constexpr (type == CutoffType::poly1) {
        return {y * y * (3.0 - 2.0 * y), -6.0 * x * y};
    } else if constexpr (type == CutoffType::poly2) {
        return {y * y * y * (10.0 + y * (6.0 * y - 15.0)), -30.0 * x * x * y * y};
    } else if constexpr (type == CutoffType::poly3) {
        const double y2 = y * y;
        return {y2 * y2 * (35.0 + y * (-84.0 + y * (70.0 - 20.0 * y))), -140.0 * x * x * x * y2 * y};
    } else {
        const double y2 = y * y;
        const double x2 = x * x;
        return {y2 * y2 * y * (126.0 + y * (-420.0 + y * (540.0 + y * (70.0 * y - 315.0)))),
                -630.0 * x2 * x2 * y2 * y2};
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
