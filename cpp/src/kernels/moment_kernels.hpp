#pragma once

#include <cstddef>

#include "kernels.hpp"

/// Wide angular functions with whole zeta as sums over neighbors, squared, instead of sums over pairs of neighbors
/// (docs/engine.md, "Moments"). Compiled like kernels.hpp; all sums are double in both precisions, since the terms
/// of a neighbor with itself are summed first and then taken away.
///
/// A harmonic of degree l and order m is Π(z) Re (x + iy)^m or Π(z) Im (x + iy)^m of a unit vector, with the
/// polynomial Π of degree l − m whose leading coefficient is 1. Rows of harmonics are numbered l² for m = 0, and
/// l² + 2m − 1, l² + 2m for the two of m ≥ 1: those up to any degree come first.
namespace nnpot::kernels {

constexpr unsigned largest_degree = 16;

/// Harmonics after the first, which is 1, are summed in blocks of this many rows.
constexpr std::size_t row_block = 8;

namespace {

/// Rows of all harmonics up to @p degree, and zeros to whole blocks.
inline constexpr std::size_t n_rows_of(unsigned degree) {
    return 1 + (std::size_t{degree} * (degree + 2) + row_block - 1) / row_block * row_block;
}

}  // namespace

/// A function g(r) = exp(−eta (r − r_shift)²) f_c(r) whose moments Σ g(r_j) harmonic(r_j / r_j) are needed.
struct MomentPart {
    double eta, r_shift;
    unsigned degree;  ///< the highest that a function needs
};

/// The moments of one shell and what they are made of; the parts are those with most rows first.
struct Moments {
    const MomentPart* parts = nullptr;
    std::size_t n_parts = 0;
    unsigned degree = 0;                                                    ///< of the first part
    std::size_t n_rows = 0;                                                 ///< of the first part
    std::size_t n = 0;                                                      ///< neighbors in whole vectors
    std::size_t stride = 0;                                                 ///< between the rows of neighbors
    double *x = nullptr, *y = nullptr, *z = nullptr, *inverse_r = nullptr;  ///< unit vectors and 1 / r
    double* values = nullptr;                                               ///< g, parts × stride
    double* slopes = nullptr;                                               ///< dg/dr, parts × stride
    double* sums = nullptr;                                                 ///< the moments, parts × n_rows
    double* squares = nullptr;                                              ///< Σ g² of each part
};

/// dE/d(moments) on the way back, or the change of the moments in a motion.
struct MomentSlopes {
    double* of_sums = nullptr;              ///< parts × n_rows
    double* of_squares = nullptr;           ///< one per part
    const std::size_t* counting = nullptr;  ///< numbers of those parts that have any, in their order
    std::size_t n_counting = 0;
};

/// A function of one product of moments: Σ factors a b − of_squares Σ g², the latter within one shell.
struct MomentTerm {
    std::size_t index;  ///< position among the functions of the set
    const double* factors;
    std::size_t n_rows;
    double of_squares;
};

/// Functions of the moments a of one part and b of another, in the same shell or in two.
struct MomentProduct {
    std::size_t first, first_part, second, second_part;  ///< shells of moments, and parts in them
    std::size_t n_rows;
    const MomentTerm* terms;  ///< those with most rows first
    std::size_t n_terms;
};

/// The loops of one precision, compiled for one instruction set. Real is the type of the shells and of g.
template <typename Real>
struct MomentKernels {
    /// Fills the moments of @p shell; harmonics is scratch, n_rows × stride.
    void (*fill)(const Shell<Real>& shell, double* harmonics, Moments& moments);
    /// Sets the values of the functions of @p product.
    void (*multiply)(const MomentProduct& product, const Moments* moments, double* values);
    /// Adds to the slopes what the functions of @p product bring, and says whether any weight dE/dG is not 0.
    bool (*add_slopes)(const MomentProduct& product, const Moments* moments, const double* weights,
                       const MomentSlopes* slopes);
    /// Adds dE/d(x, y, z) to g of the shell.
    void (*go_back)(const Moments& moments, const MomentSlopes& slopes, Shell<Real>& shell);
    /// Fills how fast the moments change; scratch is (2 n_rows + parts + 1) × stride.
    void (*fill_tangent)(const Moments& moments, const ShellTangent<Real>& tangent, double* scratch,
                         const MomentSlopes& changes);
    /// Sets the changes of the functions of @p product.
    void (*multiply_tangent)(const MomentProduct& product, const Moments* moments, const MomentSlopes* moment_changes,
                             double* changes);
};

template <typename Real>
const MomentKernels<Real>& best_moments();

}  // namespace nnpot::kernels
