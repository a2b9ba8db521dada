#pragma once

#include <cstddef>
#include <cstdint>

#include "nnpot/cutoff_function.hpp"

/// The vectorised loops under the symmetry functions and networks: plain arrays in, plain arrays out.
///
/// kernels.cpp is compiled once per instruction set and precision with -ffast-math (vector cos, pow), so nothing
/// in it may test for NaN or infinity, and nothing here may own memory or have external inline functions.
/// Callers check their input before and the results after. Real is the type of the arithmetic; sums over
/// neighbors and triplets are double in the end.
namespace nnpot::kernels {

/// Arrays have room for this many numbers more than they hold: whole vectors may be read and written.
constexpr std::size_t padding = 32;

/// Triplets that go through all loops together, so that what is between the loops stays in the fastest cache.
constexpr std::size_t tile_size = 128;

/// The neighbors of one element within one cutoff radius, structure of arrays (Å).
template <typename Real>
struct Shell {
    std::size_t n = 0;
    int* pair = nullptr;  ///< position among the neighbors of the center
    Real *x = nullptr, *y = nullptr, *z = nullptr;
    Real *r = nullptr, *r_squared = nullptr, *inverse_r = nullptr;
    Real* cutoff = nullptr;                            ///< f_c(r), in a weighted shell times the atomic number
    Real* cutoff_ratio = nullptr;                      ///< f_c'(r) / (f_c(r) r)
    Real *gx = nullptr, *gy = nullptr, *gz = nullptr;  ///< dE/d(x, y, z), filled by the adjoint sweep
};

/// How fast the neighbors of a shell change in a motion whose velocities are x, y, z.
template <typename Real>
struct ShellTangent {
    Real *x = nullptr, *y = nullptr, *z = nullptr;
    Real* along = nullptr;       ///< of r² / 2
    Real* distance = nullptr;    ///< of r
    Real* stretch = nullptr;     ///< of ln r
    Real* log_cutoff = nullptr;  ///< of ln f_c; 0 where f_c is negligible
};

template <typename Real>
struct ShellAndTangent {
    const Shell<Real>& shell;
    const ShellTangent<Real>& tangent;
};

/// Pairs of neighbors (j, k) that count for an angular group, one after the other: for each j in blocks of as
/// many k as a vector holds, of which the bits of a mask say which count.
template <typename Real>
struct Triplets {
    std::size_t n = 0;
    std::uint16_t* masks = nullptr;
    Real* dot = nullptr;      ///< r_j · r_k
    Real* inverse = nullptr;  ///< 1 / (r_j r_k)
    Real* terms = nullptr;    ///< per exponent: the exponential times the cutoff functions
    std::size_t stride = 0;   ///< between exponents

    // Narrow groups only.
    Real* squares = nullptr;       ///< r_j² + r_k² + r_jk²
    Real* cutoff = nullptr;        ///< product of the cutoff functions
    Real* cutoff_ratio = nullptr;  ///< f_c'(r_jk) / (f_c(r_jk) r_jk)
    Real* distances = nullptr;     ///< r_j + r_k + r_jk; where there are shifts
    Real* r_jk = nullptr;          ///< where there are shifts
};

/// What switches a neighbor off: a cutoff function, or a compact function that also vanishes at its lower end.
enum class Shape { cutoff, compact, asymmetric_compact };

struct CutoffParameters {
    CutoffType type;  ///< of compact functions their core
    double radius;
    double inner_radius;  ///< of compact functions the lower end, may be negative
    Shape shape = Shape::cutoff;
};

/// One radial function: exp(−eta (r − r_shift)²) f_c, or cos(kappa r) f_c.
struct RadialTerm {
    std::size_t index;  ///< position among the functions of the set
    bool damped_cosine;
    double eta, r_shift, kappa;
};

/// An exponential that angular functions share.
struct Exponent {
    double eta, r_shift;
    std::size_t base;   ///< an earlier exponent of which this is a power ...
    unsigned multiple;  ///< ... and which one; 0: calculated as it stands
    std::size_t first_term, n_terms;
};

struct Power {
    double lambda, zeta;
};

/// A compact function of the angle, in radians.
struct Window {
    CutoffType core;
    double low, high;
};

/// One angular function: which function of the angle it multiplies with the exponential that lists it.
struct AngularTerm {
    std::size_t index;
    std::size_t factor;    ///< position among the powers or the windows
    double normalization;  ///< 2^(1 − zeta); 1 for windows
};

/// Angular functions over one pair of shells, all narrow or all wide, all with powers or all with windows.
struct AngularGroup {
    bool same;     ///< both shells are one
    bool narrow;   ///< r_jk counts as well
    bool shifted;  ///< an r_shift is not 0
    CutoffParameters cutoff;
    const Exponent* exponents;
    std::size_t n_exponents;
    const AngularTerm* terms;
    const Power* powers;
    std::size_t n_powers;
    const Window* windows;
    std::size_t n_windows;
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
    square,
    scaled_tanh
};

/// c = a b + bias, by columns. The rows of a and c are whole vectors.
template <typename Real>
struct DenseProduct {
    std::size_t rows, inner, columns;
    const Real* a;
    const Real* b;
    std::size_t b_stride;
    const Real* bias;  ///< one per row, or null
    Real* c;
};

/// The loops of one precision, compiled for one instruction set.
template <typename Real>
struct Kernels {
    const char* name;
    std::size_t width;  ///< numbers in a vector

    /// Copies the neighbors of @p atomic_number within the cutoff into @p shell, and fills all but g.
    /// Number 0 takes the neighbors of every element and weights each by its own number.
    void (*fill_shell)(const double* dx, const double* dy, const double* dz, const int* atomic_numbers,
                       std::size_t n_neighbors, int atomic_number, const CutoffParameters& cutoff, Shell<Real>& shell);

    /// Fills terms (n_terms × stride) and sets the values of the functions.
    void (*radial_forward)(const RadialTerm* radial, std::size_t n_terms, const Shell<Real>& shell, Real* terms,
                           std::size_t stride, double* values);
    /// Adds the derivatives of the functions, times their weights, to g of the shell; slopes is scratch.
    void (*radial_backward)(const RadialTerm* radial, std::size_t n_terms, const Real* terms, std::size_t stride,
                            const double* weights, Real* slopes, Shell<Real>& shell);

    /// All pairs of one shell or between two.
    void (*list_triplets)(const AngularGroup& group, const Shell<Real>& first, const Shell<Real>& second,
                          Triplets<Real>& triplets);
    /// Numbers that angular_forward(), angular_backward() and angular_tangent() need as scratch.
    std::size_t (*scratch_size)(const AngularGroup& group, std::size_t n_neighbors, std::size_t n_triplets);
    /// Completes the triplets and sets the values of the functions.
    void (*angular_forward)(const AngularGroup& group, const Shell<Real>& first, const Shell<Real>& second,
                            Triplets<Real>& triplets, Real* scratch, double* values);
    /// Adds the derivatives of the functions, times their weights, to g of both shells.
    void (*angular_backward)(const AngularGroup& group, const Triplets<Real>& triplets, const double* weights,
                             Real* scratch, Shell<Real>& first, Shell<Real>& second);

    /// Fills the tangent of a shell from the velocities of all neighbors of the center.
    void (*fill_tangent)(const double* dx, const double* dy, const double* dz, const Shell<Real>& shell,
                         ShellTangent<Real>& tangent);
    /// Sets the changes of the functions; terms are those of radial_forward(), slopes is scratch.
    void (*radial_tangent)(const RadialTerm* radial, std::size_t n_terms, const Real* terms, std::size_t stride,
                           const Shell<Real>& shell, const ShellTangent<Real>& tangent, Real* slopes, double* changes);
    /// Sets the changes of the functions; triplets are those of angular_forward().
    void (*angular_tangent)(const AngularGroup& group, const Triplets<Real>& triplets,
                            const ShellAndTangent<Real>& first, const ShellAndTangent<Real>& second, Real* scratch,
                            double* changes);

    void (*multiply)(const DenseProduct<Real>& product);
    /// x becomes the activation of x, slope its derivative.
    void (*activate)(Activation activation, std::size_t n, Real* x, Real* slope);
};

/// The fastest variant that this processor runs. NNPOT_INSTRUCTION_SET=generic|avx2|avx512 asks for one by name.
/// @throws InvalidInput if that name is unknown or cannot run here
template <typename Real>
const Kernels<Real>& best();

}  // namespace nnpot::kernels
