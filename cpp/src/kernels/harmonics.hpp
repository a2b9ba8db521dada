#pragma once

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

struct WideVector {
    Wide x, y, z;
};

/// (x + iy)^m.
struct Turn {
    Wide cosine = wide(1.0), sine = wide(0.0);

    NNPOT_INLINE Turn next(const WideVector& u) const {
        Turn result;
        result.cosine = cosine * u.x - sine * u.y;
        result.sine = cosine * u.y + sine * u.x;
        return result;
    }
};

/// Calls @p function with l and Π of l, m for l from m to @p degree.
template <typename Function>
NNPOT_INLINE void for_degrees(unsigned degree, unsigned m, Wide z, const Function& function) {
    Wide before = wide(0.0), now = wide(1.0);
    for (unsigned l = m;; ++l) {
        function(l, now);
        if (l == degree) return;
        const Wide next = z * now - wide(recursion.step[l + 1][m]) * before;
        before = now;
        now = next;
    }
}

/// Stores all harmonics of lanes vectors.
NNPOT_INLINE void store_harmonics(unsigned degree, const WideVector& u, std::size_t stride, double* rows) {
    Turn turn;
    for_degrees(degree, 0, u.z, [&](unsigned l, Wide value) { store_wide(rows + row_of(l, 0) * stride, value); });
    for (unsigned m = 1; m <= degree; ++m) {
        turn = turn.next(u);
        for_degrees(degree, m, u.z, [&](unsigned l, Wide value) {
            double* const row = rows + row_of(l, m) * stride;
            store_wide(row, value * turn.cosine);
            store_wide(row + stride, value * turn.sine);
        });
    }
}

/// Stores how fast the harmonics change when u changes by @p v; dΠ/dz of l, m is l − m times Π of l, m + 1.
NNPOT_INLINE void store_changes(unsigned degree, const WideVector& u, const WideVector& v, std::size_t stride,
                                double* rows) {
    Turn turns[largest_degree + 2];
    for (unsigned m = 0; m < degree; ++m) turns[m + 1] = turns[m].next(u);
    Wide above[largest_degree + 1] = {};  // Π of order m + 1
    for (unsigned m = degree + 1; m-- > 0;) {
        const Turn turn = turns[m], before = m == 0 ? turn : turns[m - 1];
        const Wide order = wide(m);
        const Wide cosine_change = order * (before.cosine * v.x - before.sine * v.y);
        const Wide sine_change = order * (before.sine * v.x + before.cosine * v.y);
        for_degrees(degree, m, u.z, [&](unsigned l, Wide value) {
            double* const row = rows + row_of(l, m) * stride;
            const Wide change = wide(l - m) * above[l] * v.z;
            store_wide(row, change * turn.cosine + value * cosine_change);
            if (m > 0) store_wide(row + stride, change * turn.sine + value * sine_change);
            above[l] = value;
        });
    }
}

/// Σ of_gradient ∇ harmonic, and Σ of_value harmonic, over all rows.
struct HarmonicSums {
    WideVector gradient;
    Wide value;
};

NNPOT_INLINE HarmonicSums sum_harmonics(unsigned degree, const WideVector& u, const Wide* of_gradient,
                                        const Wide* of_value) {
    Turn turns[largest_degree + 2];
    for (unsigned m = 0; m < degree; ++m) turns[m + 1] = turns[m].next(u);
    Wide above[largest_degree + 1] = {};  // Π of order m + 1
    HarmonicSums sums{{wide(0.0), wide(0.0), wide(0.0)}, wide(0.0)};
    for (unsigned m = degree; m > 0; --m) {
        Wide cosine = wide(0.0), sine = wide(0.0), cosine_slope = wide(0.0), sine_slope = wide(0.0);
        Wide cosine_value = wide(0.0), sine_value = wide(0.0);
        for_degrees(degree, m, u.z, [&](unsigned l, Wide value) {
            const std::size_t row = row_of(l, m);
            const Wide slope = wide(l - m) * above[l];
            cosine += of_gradient[row] * value;
            sine += of_gradient[row + 1] * value;
            cosine_slope += of_gradient[row] * slope;
            sine_slope += of_gradient[row + 1] * slope;
            cosine_value += of_value[row] * value;
            sine_value += of_value[row + 1] * value;
            above[l] = value;
        });
        const Turn turn = turns[m], before = turns[m - 1];
        const Wide order = wide(m);
        sums.gradient.x += order * (cosine * before.cosine + sine * before.sine);
        sums.gradient.y += order * (sine * before.cosine - cosine * before.sine);
        sums.gradient.z += cosine_slope * turn.cosine + sine_slope * turn.sine;
        sums.value += cosine_value * turn.cosine + sine_value * turn.sine;
    }
    for_degrees(degree, 0, u.z, [&](unsigned l, Wide value) {
        const std::size_t row = row_of(l, 0);
        sums.gradient.z += of_gradient[row] * wide(l) * above[l];
        sums.value += of_value[row] * value;
    });
    return sums;
}

}  // namespace
}  // namespace nnpot::kernels
