#pragma once

#include <cmath>

#include "nnpot/lattice_potential.hpp"

// The forms of LatticePotential for one pair or triplet, to be inlined into loops. Everything has internal linkage:
// this is compiled once per instruction set.
namespace nnpot::kernels {
namespace {

#define NNPOT_LATTICE_INLINE inline __attribute__((always_inline))

/// Value and derivatives by the three sides.
struct TripletTerm {
    double value, a, b, c;
};

/// x^n; N is n where the compiler is to know it, else 0.
template <int N>
NNPOT_LATTICE_INLINE double integer_power(double x, int n) {
    if constexpr (N == 6) {
        const double cube = x * x * x;
        return cube * cube;
    } else {
        return std::pow(x, static_cast<double>(n));
    }
}

/// Modified Lennard-Jones.
template <int N>
class LennardJonesShape {
public:
    explicit LennardJonesShape(const LatticePotential& potential)
        : energy_(potential.energy), distance_(potential.distance), cutoff_(potential.cutoff), n_(potential.exponent) {
        const double p = integer_power<N>(distance_ / cutoff_, n_);
        at_cutoff_ = p * p - 2.0 * p;
        linear_ = 2.0 * n_ / cutoff_ * (p * p - p);
    }

    /// V(s) and dV/ds.
    NNPOT_LATTICE_INLINE double of_length(double s, double& slope) const {
        const double inverse = 1.0 / s, p = integer_power<N>(distance_ * inverse, n_);
        const bool counts = s < cutoff_;
        slope = counts ? energy_ * (2.0 * n_ * inverse * (p - p * p) + linear_) : 0.0;
        return counts ? energy_ * (p * p - 2.0 * p - at_cutoff_ + linear_ * (s - cutoff_)) : 0.0;
    }

    NNPOT_LATTICE_INLINE TripletTerm operator()(double a, double b, double c) const {
        double slope;
        const double value = of_length((a + b + c) * (1.0 / 3.0), slope);
        return {value, slope * (1.0 / 3.0), slope * (1.0 / 3.0), slope * (1.0 / 3.0)};
    }

private:
    double energy_, distance_, cutoff_;
    int n_;
    double at_cutoff_, linear_;
};

/// 16 A² with A the area of a triangle (Heron), and its derivatives by the sides.
NNPOT_LATTICE_INLINE TripletTerm sixteen_squared_areas(double a, double b, double c) {
    const double a2 = a * a, b2 = b * b, c2 = c * c;
    const double value = (a + b + c) * (b + c - a) * (a + c - b) * (a + b - c);
    return {value, 4.0 * a * (b2 + c2 - a2), 4.0 * b * (a2 + c2 - b2), 4.0 * c * (a2 + b2 - c2)};
}

NNPOT_LATTICE_INLINE double twelfth_power(double x) {
    const double sixth = integer_power<6>(x, 6);
    return sixth * sixth;
}

/// −2916 / (a + b + c)⁶ and its derivative, for R_c = E_c = 1.
NNPOT_LATTICE_INLINE double attraction(double perimeter, double& slope) {
    const double value = -2916.0 * integer_power<6>(1.0 / perimeter, 6);
    slope = -6.0 * value / perimeter;
    return value;
}

/// Multiplies lengths on the way in and energies on the way out.
template <typename Reduced>
class ScaledShape {
public:
    explicit ScaledShape(const LatticePotential& potential)
        : energy_(potential.energy), inverse_(1.0 / potential.distance) {}

    NNPOT_LATTICE_INLINE TripletTerm operator()(double a, double b, double c) const {
        const TripletTerm t = Reduced::triplet(a * inverse_, b * inverse_, c * inverse_);
        const double slope = energy_ * inverse_;
        return {energy_ * t.value, slope * t.a, slope * t.b, slope * t.c};
    }

private:
    double energy_, inverse_;
};

struct Equation6 {
    static NNPOT_LATTICE_INLINE TripletTerm triplet(double a, double b, double c) {
        const TripletTerm area = sixteen_squared_areas(a, b, c);
        const double ra = twelfth_power(1.0 / a), rb = twelfth_power(1.0 / b), rc = twelfth_power(1.0 / c);
        double slope;
        const double sum = ra + rb + rc, value = attraction(a + b + c, slope);
        return {area.value * sum / 3.0 + value, (area.a * sum - 12.0 * area.value * ra / a) / 3.0 + slope,
                (area.b * sum - 12.0 * area.value * rb / b) / 3.0 + slope,
                (area.c * sum - 12.0 * area.value * rc / c) / 3.0 + slope};
    }
};

struct Equation7 {
    static NNPOT_LATTICE_INLINE TripletTerm triplet(double a, double b, double c) {
        const TripletTerm area = sixteen_squared_areas(a, b, c);
        const double perimeter = a + b + c, p = 8503056.0 / 16.0 * twelfth_power(1.0 / perimeter);
        double slope;
        const double value = attraction(perimeter, slope);
        slope -= 12.0 * p * area.value / perimeter;
        return {area.value * p + value, area.a * p + slope, area.b * p + slope, area.c * p + slope};
    }
};

struct Equation8 {
    static NNPOT_LATTICE_INLINE TripletTerm triplet(double a, double b, double c) {
        const TripletTerm area = sixteen_squared_areas(a, b, c);
        const double ra = twelfth_power(1.0 / a), rb = twelfth_power(1.0 / b), rc = twelfth_power(1.0 / c);
        const double root = std::sqrt(area.value > 0.0 ? area.value : 0.0);
        const double perimeter = a + b + c;
        // 1458 √3 A with A = root / 4; on a line the area has no derivative, and the term counts as flat there.
        const double p = -1458.0 * 1.7320508075688772 / 4.0 * integer_power<6>(1.0 / perimeter, 6);
        const double half = root > 0.0 ? 0.5 * p / root : 0.0, slope = -6.0 * p * root / perimeter;
        return {(ra + rb + rc) / 6.0 + p * root, -2.0 * ra / a + half * area.a + slope,
                -2.0 * rb / b + half * area.b + slope, -2.0 * rc / c + half * area.c + slope};
    }
};

/// Calls @p use with the shape of a potential.
template <typename Use>
NNPOT_LATTICE_INLINE auto with_shape(const LatticePotential& potential, const Use& use) {
    switch (potential.form) {
        case LatticeForm::equation_6: return use(ScaledShape<Equation6>(potential));
        case LatticeForm::equation_7: return use(ScaledShape<Equation7>(potential));
        case LatticeForm::equation_8: return use(ScaledShape<Equation8>(potential));
        case LatticeForm::modified_lennard_jones: break;
    }
    if (potential.exponent == 6) return use(LennardJonesShape<6>(potential));
    return use(LennardJonesShape<0>(potential));
}

}  // namespace
}  // namespace nnpot::kernels
