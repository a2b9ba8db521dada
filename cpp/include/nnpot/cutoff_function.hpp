#pragma once

namespace nnpot {

struct ValueAndSlope {
    double value;
    double slope;
};

/// The functions that switch a neighbor off as it leaves the environment, numbered as in `input.nn`.
/// Formulas and sources: docs/theory.md, "Cutoff functions".
enum class CutoffType {
    hard = 0,                ///< 1 below the radius: energies jump, for tests only
    cosine = 1,              ///< ½ [cos(π x) + 1]
    tanh3_unnormalized = 2,  ///< tanh³(1 − r/r_c)
    tanh3 = 3,               ///< tanh³(1 − r/r_c) / tanh³(1)
    exponential = 4,         ///< exp(1 − 1/(1 − x²))
    poly1 = 5,               ///< smoothstep polynomials: n derivatives vanish at both ends
    poly2 = 6,
    poly3 = 7,
    poly4 = 8
};

/// @throws InvalidInput naming the number if it is not one of the above
CutoffType cutoff_type_from_number(long number);

/// Cutoff function f_c(r): 1 below the inner radius α r_c, 0 from r_c on, smooth between
/// (x = (r − α r_c)/(r_c − α r_c) in the formulas). The tanh³ functions ignore α.
class CutoffFunction {
public:
    /// @param radius  r_c in Å, > 0 and at most 100
    /// @param alpha   inner radius as a fraction of r_c, 0 ≤ α < 1
    /// @throws InvalidInput naming the rejected value
    CutoffFunction(CutoffType type, double radius, double alpha = 0.0);

    CutoffType type() const noexcept { return type_; }
    double radius() const noexcept { return radius_; }
    double inner_radius() const noexcept { return inner_radius_; }

    /// @param r  distance in Å, r ≥ 0; the slope is with respect to r (1/Å)
    ValueAndSlope operator()(double r) const noexcept;

private:
    CutoffType type_;
    double radius_;
    double inner_radius_;
};

}  // namespace nnpot
