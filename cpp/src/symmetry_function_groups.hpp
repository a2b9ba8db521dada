#pragma once

#include <cstddef>
#include <vector>

#include "arena.hpp"
#include "nnpot/symmetry_function_set.hpp"
#include "symmetry_kernels.hpp"

namespace nnpot {

/// Neighbors of one element within one radius: what several groups look at.
struct ShellKey {
    int atomic_number;  ///< 0: of every element, weighted by their numbers
    kernels::CutoffParameters cutoff;
};

struct RadialTerm {
    std::size_t index;  ///< position among the functions of the set
    bool damped_cosine;
    double eta, r_shift, kappa;
};

/// Radial functions over one shell.
struct RadialGroup {
    std::size_t shell;
    std::vector<RadialTerm> terms;
};

struct Exponent {
    double eta, r_shift;
};

struct Power {
    double lambda, zeta;
};

/// One angular function: which exponential and which function of the angle of its group it multiplies.
struct AngularTerm {
    std::size_t index;
    std::size_t factor;    ///< position among the powers or the windows
    double normalization;  ///< 2^(1 − zeta); 1 for windows
};

/// Angular functions over one pair of shells, all narrow or all wide, all with powers or all with windows.
struct AngularGroup {
    std::size_t first, second;  ///< shells
    bool narrow;
    kernels::CutoffParameters cutoff;
    std::vector<Exponent> exponents;
    std::vector<std::vector<AngularTerm>> terms;  ///< per exponent
    std::vector<Power> powers;
    std::vector<kernels::Window> windows;
};

struct SymmetryFunctionSet::Groups {
    std::vector<ShellKey> shells;
    std::vector<RadialGroup> radial;
    std::vector<AngularGroup> angular;
};

/// The groups of sorted functions of one center.
SymmetryFunctionSet::Groups group_functions(const std::vector<SymmetryFunction>& functions, CutoffType type,
                                            double alpha);

/// Forward results of one angular group.
struct AngularState {
    kernels::Triplets triplets;
    std::vector<double*> radial_terms;   ///< per exponent
    std::vector<double*> bases, powers;  ///< per power
    std::vector<double*> windows, window_slopes;
};

class SymmetryFunctionSet::Workspace {
public:
    Arena arena;
    std::size_t n_neighbors = 0;
    std::vector<kernels::Shell> shells;
    std::vector<std::vector<double*>> radial_terms;  ///< per radial group and term; null for damped cosines
    std::vector<AngularState> angular;
};

}  // namespace nnpot
