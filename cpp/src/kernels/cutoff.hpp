#pragma once

#include "cutoff_core.hpp"
#include "kernels.hpp"
#include "pack_math.hpp"

// Cutoff and compact functions over arrays.
namespace nnpot::kernels {
namespace {

/// Below this a neighbor no longer counts: its share of any sum or slope is lost in rounding.
constexpr double smallest_cutoff_value = 1e-30;

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
NNPOT_INLINE CoreValue<Pack> compact_function(Pack position, Pack low, Pack high, Pack inverse_half_width) {
    const Pack from_low = (position - low) * inverse_half_width;
    const Pack to_high = (high - position) * inverse_half_width;
    const NativeInteger is_lower_half = from_low < to_high;
    const Pack y = select(is_lower_half, from_low, to_high);
    const Pack safe = larger(y, 1e-12);
    const CoreValue<Pack> f = cutoff_core<core, PackMath>(asymmetric ? safe * safe : safe);
    const Pack inner = asymmetric ? Pack(2.0) * safe : Pack(1.0);
    const Pack slope = select(is_lower_half, -f.slope, f.slope) * inverse_half_width * inner;
    const NativeInteger inside = y > Pack(0.0);
    return {select(inside, f.value, Pack(0.0)), select(inside, slope, Pack(0.0))};
}

/// Stores the value and slope / (value r); both are 0 where the value is negligible, so nothing divides by zero.
NNPOT_INLINE void store_cutoff(Pack value, Pack slope, Pack r, Real* values, Real* ratios) {
    const NativeInteger counts = value > Pack(smallest_cutoff_value);
    const Pack safe = select(counts, value, Pack(1.0));
    store(values, select(counts, value, Pack(0.0)));
    store(ratios, select(counts, slope / (safe * r), Pack(0.0)));
}

template <bool asymmetric>
void evaluate_compact(const CutoffParameters& p, std::size_t n, const Real* r, Real* values, Real* ratios) {
    const Pack low(p.inner_radius), high(p.radius), inverse_half_width(2.0 / (p.radius - p.inner_radius));
    for_core(p.type, [=](auto core) {
        for (std::size_t i = 0; i < n; i += width) {
            const Pack distance = load(r + i);
            const CoreValue<Pack> f =
                compact_function<decltype(core)::value, asymmetric>(distance, low, high, inverse_half_width);
            store_cutoff(f.value, f.slope, distance, values + i, ratios + i);
        }
    });
}

void evaluate_plain_cutoff(const CutoffParameters& p, std::size_t n, const Real* r, Real* values, Real* ratios) {
    const Pack radius(p.radius), inverse_width(1.0 / (p.radius - p.inner_radius));
    for_cutoff_type(p.type, [=](auto tag) {
        for (std::size_t i = 0; i < n; i += width) {
            const Pack distance = load(r + i);
            const Pack y = (radius - distance) * inverse_width;
            const NativeInteger is_inside = y >= Pack(1.0);  // closer than the inner radius
            const NativeInteger is_outside = y < Pack(1e-12);
            const CoreValue<Pack> f =
                cutoff_core<decltype(tag)::value, PackMath>(smaller(larger(y, 1e-12), Pack(1.0)));
            const Pack value = select(is_outside, Pack(0.0), select(is_inside, Pack(1.0), f.value));
            const Pack slope = select(is_inside, Pack(0.0), f.slope * inverse_width);
            store_cutoff(value, slope, distance, values + i, ratios + i);
        }
    });
}

/// f_c and f_c'/(f_c r) of n distances; both are 0 beyond the radius.
void evaluate_cutoff(const CutoffParameters& p, std::size_t n, const Real* r, Real* values, Real* ratios) {
    if (p.shape == Shape::compact) return evaluate_compact<false>(p, n, r, values, ratios);
    if (p.shape == Shape::asymmetric_compact) return evaluate_compact<true>(p, n, r, values, ratios);
    evaluate_plain_cutoff(p, n, r, values, ratios);
}

}  // namespace
}  // namespace nnpot::kernels
