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

/// Calls @p function with the cutoff or compact function that @p p describes, a function of vectors of distances, so
/// that a loop inside it is compiled for each formula.
template <typename Function>
inline void with_cutoff(const CutoffParameters& p, const Function& function) {
    const Pack low(p.inner_radius), high(p.radius);
    if (p.shape != Shape::cutoff) {
        const Pack inverse_half_width(2.0 / (p.radius - p.inner_radius));
        return for_core(p.type, [&](auto core) {
            constexpr CutoffType type = decltype(core)::value;
            if (p.shape == Shape::compact) {
                function([=](Pack r) { return compact_function<type, false>(r, low, high, inverse_half_width); });
            } else {
                function([=](Pack r) { return compact_function<type, true>(r, low, high, inverse_half_width); });
            }
        });
    }
    const Pack inverse_width(1.0 / (p.radius - p.inner_radius));
    for_cutoff_type(p.type, [&](auto tag) {
        function([=](Pack r) {
            const Pack y = larger((high - r) * inverse_width, 1e-12);
            const NativeInteger is_inside = y >= Pack(1.0);  // closer than the inner radius
            const CoreValue<Pack> f = cutoff_core<decltype(tag)::value, PackMath>(smaller(y, 1.0));
            return CoreValue<Pack>{select(is_inside, Pack(1.0), f.value),
                                   select(is_inside, Pack(0.0), f.slope * inverse_width)};
        });
    });
}

/// Value and slope / (value r) of a cutoff function; both are 0 where the value is negligible, so that nothing
/// divides by zero.
NNPOT_INLINE CoreValue<Pack> value_and_ratio(CoreValue<Pack> f, Pack r) {
    const NativeInteger counts = f.value > Pack(smallest_cutoff_value);
    const Pack safe = select(counts, f.value, Pack(1.0));
    return {select(counts, f.value, Pack(0.0)), select(counts, f.slope / (safe * r), Pack(0.0))};
}

}  // namespace
}  // namespace nnpot::kernels
