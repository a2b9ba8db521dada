#pragma once

#include "kernels.hpp"
#include "real.hpp"

// Loops over functions of libm that few models use. libm_kernels.cpp is compiled with -ffast-math, which alone
// makes the compiler take libm's vector functions; one namespace per instruction set keeps the variants apart.
namespace nnpot::kernels {
namespace NNPOT_VARIANT {

/// Sum of cos(kappa r) f_c.
double damped_cosine_sum(double kappa, const Shell<Real>& shell);

/// slopes += weight · d(cos(kappa r) f_c)/dr / r
void add_damped_cosine_slopes(double kappa, double weight, const Shell<Real>& shell, Real* slopes);

/// powers = bases^exponent, 0 where the base is 0.
void real_powers(std::size_t n, const Real* bases, double exponent, Real* powers);

/// θ in radians and 1/sin θ; in double collinear triplets get an angle outside of any window (docs/engine.md).
void angles(std::size_t n, const Real* cosines, Real* thetas, Real* inverse_sines);

/// x becomes the activation of x, slope its derivative.
void activate(Activation activation, std::size_t n, Real* x, Real* slope);

}  // namespace NNPOT_VARIANT

using namespace NNPOT_VARIANT;  // NOLINT: one variant per translation unit

}  // namespace nnpot::kernels
