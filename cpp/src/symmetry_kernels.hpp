#pragma once

#include <cstddef>

#include "nnpot/cutoff_function.hpp"

/// The vectorised loops under the symmetry functions and networks: plain arrays in, plain arrays out.
///
/// symmetry_kernels.cpp is compiled once per instruction set with -ffast-math (vector exp, cos, tanh), so
/// nothing in it may test for NaN or infinity, and nothing here may own memory or have external inline
/// functions. Callers check their input before and the results after.
namespace nnpot::kernels {

/// The neighbors of one element within one cutoff radius, structure of arrays (Å).
struct Shell {
    std::size_t n = 0;
    std::size_t* pair = nullptr;  ///< position among the neighbors of the center
    double *x = nullptr, *y = nullptr, *z = nullptr;
    double *r = nullptr, *inverse_r = nullptr;
    double* cutoff = nullptr;                            ///< f_c(r), in a weighted shell times the atomic number
    double* cutoff_ratio = nullptr;                      ///< f_c'(r) / (f_c(r) r)
    double *gx = nullptr, *gy = nullptr, *gz = nullptr;  ///< dE/d(x, y, z), filled by the adjoint sweep
};

/// Pairs of neighbors (j, k) that count for an angular group, one after the other.
struct Triplets {
    std::size_t n = 0;
    int *j = nullptr, *k = nullptr;  ///< positions in the two shells, j ascending
    double* cosine = nullptr;
    double* r_jk = nullptr;                                   ///< narrow only
    double *cutoff_jk = nullptr, *cutoff_ratio_jk = nullptr;  ///< narrow only
    double *angle = nullptr, *inverse_sine = nullptr;         ///< θ in radians and 1/sin θ; for windows only
};

/// What the adjoint sweep gathers per triplet (docs/theory.md, "The adjoint sweep").
struct TripletSums {
    double* s0;           ///< scratch
    double* s1;           ///< scratch
    double* value;        ///< A: sum of weighted terms
    double* slope;        ///< V: their derivative with respect to r², shift left out, times 2
    double* slope_shift;  ///< R: the part of V that r_shift brings, to be divided by r
    double* angle;        ///< B: derivative with respect to the cosine
};

/// What switches a neighbor off: a cutoff function, or a compact function that also vanishes at its lower end.
enum class Shape { cutoff, compact, asymmetric_compact };

struct CutoffParameters {
    CutoffType type;  ///< of compact functions their core
    double radius;
    double inner_radius;  ///< of compact functions the lower end, may be negative
    Shape shape = Shape::cutoff;
};

/// A compact function of the angle, in radians.
struct Window {
    CutoffType core;
    double low, high;
};

enum class Activation {
    linear,
    tanh,
    sigmoid,
    reversed_sigmoid,
    softplus,
    relu,
    gaussian,
    cosine,
    exponential,
    square
};

/// One set of loops, compiled for one instruction set.
struct Kernels {
    const char* name;

    /// Copies the neighbors of @p atomic_number within the cutoff into @p shell, and fills all but g.
    /// Number 0 takes the neighbors of every element and weights each by its own number.
    void (*fill_shell)(const double* dx, const double* dy, const double* dz, const int* atomic_numbers,
                       std::size_t n_neighbors, int atomic_number, const CutoffParameters& cutoff, Shell& shell);

    /// terms = exp(−eta (r − r_shift)²) f_c; returns their sum.
    double (*gaussian_terms)(const Shell& shell, double eta, double r_shift, double* terms);
    /// slopes += weight · d(term)/dr / r
    void (*gaussian_slopes)(const Shell& shell, double eta, double r_shift, const double* terms, double weight,
                            double* slopes);
    /// Sum of cos(kappa r) f_c.
    double (*damped_cosine_sum)(const Shell& shell, double kappa);
    void (*damped_cosine_slopes)(const Shell& shell, double kappa, double weight, double* slopes);
    /// (gx, gy, gz) += slopes · (x, y, z)
    void (*apply_slopes)(Shell& shell, const double* slopes);

    /// All pairs of one shell (second == first) or between two.
    void (*list_triplets)(const Shell& first, const Shell& second, bool same, bool narrow,
                          const CutoffParameters& cutoff, Triplets& triplets);
    /// terms = first[j] second[k], for narrow functions times exp(−eta (r_jk − r_shift)²) f_c(r_jk).
    void (*triplet_radial_terms)(const Triplets& triplets, const double* first, const double* second, bool narrow,
                                 double eta, double r_shift, double* terms);
    /// base = max(0, 1 + lambda cos), power = base^(zeta − 1), 0 where base is 0.
    void (*triplet_powers)(const Triplets& triplets, double lambda, double zeta, double* base, double* power);
    /// Fills angle and inverse_sine; collinear triplets get an angle outside any window.
    void (*triplet_angles)(Triplets& triplets);
    /// value = window(θ), slope = d(value)/d(cos θ)
    void (*triplet_windows)(const Triplets& triplets, const Window& window, double* value, double* slope);
    double (*sum_of_products)(std::size_t n, const double* a, const double* b, const double* c);
    double (*dot)(std::size_t n, const double* a, const double* b);
    /// s0 += weight · power · base, s1 += weight · lambda · zeta · power
    void (*add_weighted_powers)(std::size_t n, double weight, double lambda_zeta, const double* base,
                                const double* power, double* s0, double* s1);
    /// s0 += weight · value, s1 += weight · slope
    void (*add_weighted_windows)(std::size_t n, double weight, const double* value, const double* slope, double* s0,
                                 double* s1);
    /// Folds s0, s1 of one exponent into the four sums and clears them.
    void (*fold_exponent)(std::size_t n, double eta, double r_shift, const double* terms, TripletSums& sums);
    /// From the sums of all triplets to dE/dx of both neighbors.
    void (*scatter_triplets)(const Triplets& triplets, bool narrow, const TripletSums& sums, Shell& first,
                             Shell& second);

    /// x becomes the activation of x, slope its derivative.
    void (*activate)(Activation activation, std::size_t n, double* x, double* slope);
};

/// The fastest variant that this processor runs. NNPOT_INSTRUCTION_SET=generic|avx2|avx512 asks for one by name.
/// @throws InvalidInput if that name is unknown or cannot run here
const Kernels& best();

}  // namespace nnpot::kernels
