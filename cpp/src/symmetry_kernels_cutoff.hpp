#pragma once

#include <cstddef>

#include "cutoff_core.hpp"
#include "symmetry_kernels.hpp"

// Cutoff and compact functions over arrays, a part of symmetry_kernels.cpp: internal linkage as there.
namespace nnpot::kernels {
namespace {

/// Calls @p function with the tag of one of the cores that compact functions can have.
template <typename Function>
inline void for_core(CutoffType core, const Function& function) {
    switch (core) {
        case CutoffType::poly1: return function(CutoffTag<CutoffType::poly1>());
        case CutoffType::poly2: return function(CutoffTag<CutoffType::poly2>());
        case CutoffType::poly3: return function(CutoffTag<CutoffType::poly3>());
        case CutoffType::poly4: return function(CutoffTag<CutoffType::poly4>());
        default: return function(CutoffTag<CutoffType::exponential>());
    }
}

/// The compact function between @p low and @p high and its slope. With x = |position − center| / half width and
/// y = 1 − x the asymmetric variants put (2 − x) x = 1 − y² in the place of x.
template <CutoffType core, bool asymmetric>
inline ValueAndSlope compact_function(double position, double low, double high, double inverse_half_width) noexcept {
    const double from_low = (position - low) * inverse_half_width;
    const double to_high = (high - position) * inverse_half_width;
    const bool is_lower_half = from_low < to_high;
    const double y = is_lower_half ? from_low : to_high;
    const double safe = y > 1e-12 ? y : 1e-12;
    const ValueAndSlope f = cutoff_core<core>(asymmetric ? safe * safe : safe);
    const double slope = (is_lower_half ? -f.slope : f.slope) * inverse_half_width * (asymmetric ? 2.0 * safe : 1.0);
    return {y > 0.0 ? f.value : 0.0, y > 0.0 ? slope : 0.0};
}

template <bool asymmetric>
void evaluate_compact(const CutoffParameters& p, std::size_t n, const double* r, double* value, double* ratio) {
    const double low = p.inner_radius, high = p.radius;
    const double inverse_half_width = 2.0 / (high - low);
    for_core(p.type, [=](auto core) {
#pragma omp simd
        for (std::size_t i = 0; i < n; ++i) {
            const ValueAndSlope f =
                compact_function<decltype(core)::value, asymmetric>(r[i], low, high, inverse_half_width);
            value[i] = f.value;
            ratio[i] = f.slope / (f.value * r[i]);
        }
    });
}

/// f_c and f_c'/(f_c r) of n distances, all below the radius; the ratio means nothing where f_c is 0.
void evaluate_cutoff(const CutoffParameters& p, std::size_t n, const double* r, double* value, double* ratio) {
    if (p.shape == Shape::compact) return evaluate_compact<false>(p, n, r, value, ratio);
    if (p.shape == Shape::asymmetric_compact) return evaluate_compact<true>(p, n, r, value, ratio);
    const double radius = p.radius;
    const double inverse_width = 1.0 / (p.radius - p.inner_radius);
    for_cutoff_type(p.type, [=](auto tag) {
#pragma omp simd
        for (std::size_t i = 0; i < n; ++i) {
            const double y = (radius - r[i]) * inverse_width;
            const bool inside = y >= 1.0;  // closer than the inner radius
            const ValueAndSlope f = cutoff_core<decltype(tag)::value>(inside ? 1.0 : y);
            value[i] = inside ? 1.0 : f.value;
            ratio[i] = inside ? 0.0 : f.slope * inverse_width / (f.value * r[i]);
        }
    });
}

}  // namespace
}  // namespace nnpot::kernels
