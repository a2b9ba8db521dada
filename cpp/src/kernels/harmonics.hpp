#pragma once

#include <type_traits>
#include <utility>

#include "moment_kernels.hpp"
#include "wide.hpp"

// Harmonics of unit vectors, one vector per lane, without trigonometry (moment_kernels.hpp says which, docs/theory.md
// gives the recursions).
namespace nnpot::kernels {
namespace {

/// Π of l, m is z times that of l − 1 minus step[l][m] times that of l − 2.
struct RecursionTable {
    double step[largest_degree + 2][largest_degree + 1] = {};

    constexpr RecursionTable() {
        for (unsigned l = 1; l < largest_degree + 2; ++l) {
            for (unsigned m = 0; m < l && m <= largest_degree; ++m) {
                const double n = l - 1, order = m;
                step[l][m] = (n * n - order * order) / (4.0 * n * n - 1.0);
            }
        }
    }
};
constexpr RecursionTable recursion;

/// Row of the first harmonic of degree @p l and order @p m.
constexpr std::size_t row_of(std::size_t l, std::size_t m) { return l * l + (m == 0 ? 0 : 2 * m - 1); }

// Degrees are numbers, or constants that loops over l and m are unrolled for.
template <unsigned number>
struct Constant {
    NNPOT_INLINE constexpr operator unsigned() const { return number; }
};

/// Calls @p function with @p degree, as a constant if models often have it.
template <typename Function>
inline void with_degree(unsigned degree, const Function& function) {
    switch (degree) {
        case 1: return function(Constant<1>());
        case 2: return function(Constant<2>());
        case 3: return function(Constant<3>());
        case 4: return function(Constant<4>());
        case 6: return function(Constant<6>());
        case 8: return function(Constant<8>());
        default: return function(degree);
    }
}

template <unsigned first, typename Function, unsigned... i>
NNPOT_INLINE void call_each(const Function& function, std::integer_sequence<unsigned, i...>) {
    (function(Constant<first + i>()), ...);
}

/// Calls @p function with the numbers from @p first to @p last.
template <typename Function>
NNPOT_INLINE void for_each_number(unsigned first, unsigned last, const Function& function) {
    for (unsigned i = first; i <= last; ++i) function(i);
}
template <unsigned first, unsigned last, typename Function>
NNPOT_INLINE void for_each_number(Constant<first>, Constant<last>, const Function& function) {
    call_each<first>(function, std::make_integer_sequence<unsigned, last - first + 1>());
}

/// a − b of the same kind.
NNPOT_INLINE unsigned difference(unsigned a, unsigned b) { return a - b; }
template <unsigned a, unsigned b>
constexpr Constant<a - b> difference(Constant<a>, Constant<b>) {
    return {};
}

template <typename Degree>
constexpr std::size_t most_degrees = largest_degree + 1;
template <unsigned degree>
constexpr std::size_t most_degrees<Constant<degree>> = degree + 1;

struct WideVector {
    Wide x, y, z;
};

/// (x + iy)^m.
struct Turn {
    Wide cosine, sine;

    NNPOT_INLINE Turn next(const WideVector& u) const { return {cosine * u.x - sine * u.y, cosine * u.y + sine * u.x}; }
};

/// (x + iy)^m for all m up to the degree.
template <typename Degree>
struct Turns {
    Turn of_order[most_degrees<Degree>];

    NNPOT_INLINE Turns(Degree degree, const WideVector& u) {
        of_order[0] = {wide(1.0), wide(0.0)};
        for (unsigned m = 0; m < degree; ++m) of_order[m + 1] = of_order[m].next(u);
    }
    NNPOT_INLINE const Turn& operator[](unsigned m) const { return of_order[m]; }
};

/// Calls @p function with l and Π of l, m for l from m to @p degree.
template <typename Degree, typename Order, typename Function>
NNPOT_INLINE void for_degrees(Degree degree, Order m, Wide z, const Function& function) {
    Wide before = wide(0.0), now = wide(1.0);
    for_each_number(m, degree, [&](auto l) {
        function(l, now);
        const Wide next = z * now - wide(recursion.step[l + 1][m]) * before;
        before = now;
        now = next;
    });
}

/// Calls @p function with the orders from @p degree down to 0.
template <typename Degree, typename Function>
NNPOT_INLINE void for_orders(Degree degree, const Function& function) {
    using Zero = std::conditional_t<std::is_same_v<Degree, unsigned>, unsigned, Constant<0>>;
    for_each_number(Zero{}, degree, [&](auto i) { function(difference(degree, i)); });
}

/// Stores all harmonics of lanes vectors.
template <typename Degree>
NNPOT_INLINE void store_harmonics(Degree degree, const WideVector& u, std::size_t stride, double* rows) {
    const Turns<Degree> turns(degree, u);
    for_orders(degree, [&](auto m) {
        const Turn turn = turns[m];
        for_degrees(degree, m, u.z, [&](auto l, Wide value) {
            double* const row = rows + row_of(l, m) * stride;
            store_wide(row, m == 0 ? value : value * turn.cosine);
            if (m > 0) store_wide(row + stride, value * turn.sine);
        });
    });
}

/// Stores how fast the harmonics change when u changes by @p v; dΠ/dz of l, m is l − m times Π of l, m + 1.
template <typename Degree>
NNPOT_INLINE void store_changes(Degree degree, const WideVector& u, const WideVector& v, std::size_t stride,
                                double* rows) {
    const Turns<Degree> turns(degree, u);
    Wide above[most_degrees<Degree>] = {};  // Π of order m + 1
    for_orders(degree, [&](auto m) {
        const Turn turn = turns[m], before = m == 0 ? Turn{wide(0.0), wide(0.0)} : turns[m - 1];
        const Wide order = wide(m);
        const Wide cosine_change = order * (before.cosine * v.x - before.sine * v.y);
        const Wide sine_change = order * (before.sine * v.x + before.cosine * v.y);
        for_degrees(degree, m, u.z, [&](auto l, Wide value) {
            double* const row = rows + row_of(l, m) * stride;
            const Wide change = wide(l - m) * above[l] * v.z;
            store_wide(row, change * turn.cosine + value * cosine_change);
            if (m > 0) store_wide(row + stride, change * turn.sine + value * sine_change);
            above[l] = value;
        });
    });
}

/// Σ of_gradient ∇ harmonic, and Σ of_value harmonic, over all rows.
struct HarmonicSums {
    WideVector gradient;
    Wide value;
};

/// Sums over l of one order, to be multiplied with the turns.
struct OrderSums {
    Wide cosine = wide(0.0), sine = wide(0.0), cosine_slope = wide(0.0), sine_slope = wide(0.0);
    Wide cosine_value = wide(0.0), sine_value = wide(0.0);

    NNPOT_INLINE void add_to(HarmonicSums& sums, unsigned m, const Turn& before, const Turn& turn) const {
        const Wide order = wide(m);
        sums.gradient.x += order * (cosine * before.cosine + sine * before.sine);
        sums.gradient.y += order * (sine * before.cosine - cosine * before.sine);
        sums.gradient.z += cosine_slope * turn.cosine + sine_slope * turn.sine;
        sums.value += cosine_value * turn.cosine + sine_value * turn.sine;
    }
};

template <typename Degree>
NNPOT_INLINE HarmonicSums sum_harmonics(Degree degree, const WideVector& u, const Wide* of_gradient,
                                        const Wide* of_value) {
    const Turns<Degree> turns(degree, u);
    Wide above[most_degrees<Degree>] = {};  // Π of order m + 1
    HarmonicSums sums{{wide(0.0), wide(0.0), wide(0.0)}, wide(0.0)};
    for_orders(degree, [&](auto m) {
        OrderSums of_order;
        for_degrees(degree, m, u.z, [&](auto l, Wide value) {
            const std::size_t row = row_of(l, m);
            const Wide slope = wide(l - m) * above[l];
            of_order.cosine_slope += of_gradient[row] * slope;
            of_order.cosine_value += of_value[row] * value;
            above[l] = value;
            if (m == 0) return;
            of_order.cosine += of_gradient[row] * value;
            of_order.sine += of_gradient[row + 1] * value;
            of_order.sine_slope += of_gradient[row + 1] * slope;
            of_order.sine_value += of_value[row + 1] * value;
        });
        of_order.add_to(sums, m, m == 0 ? turns[0] : turns[m - 1], turns[m]);
    });
    return sums;
}

}  // namespace
}  // namespace nnpot::kernels
