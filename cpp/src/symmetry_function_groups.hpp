#pragma once

#include <cstddef>
#include <vector>

#include "kernels/kernels.hpp"
#include "moment_plan.hpp"
#include "nnpot/symmetry_function_set.hpp"

namespace nnpot {

/// Neighbors of one element within one radius: what several groups look at.
struct ShellKey {
    int atomic_number;  ///< 0: of every element, weighted by their numbers
    kernels::CutoffParameters cutoff;
};

/// Radial functions over one shell.
struct RadialGroup {
    std::size_t shell;
    std::vector<kernels::RadialTerm> terms;
};

/// Angular functions over one pair of shells, all narrow or all wide, all with powers or all with windows.
struct AngularGroup {
    std::size_t first, second;  ///< shells
    bool narrow;
    kernels::CutoffParameters cutoff;
    std::vector<kernels::Exponent> exponents;
    std::vector<kernels::AngularTerm> terms;  ///< in the order of the exponents
    std::vector<kernels::Power> powers;
    std::vector<kernels::Window> windows;

    kernels::AngularGroup view() const;
};

struct SymmetryFunctionSet::Groups {
    std::vector<ShellKey> shells;
    std::vector<RadialGroup> radial;
    std::vector<AngularGroup> angular;  ///< pair by pair
    MomentPlan moments;                 ///< the other angular functions
};

/// The groups of sorted functions of one center.
SymmetryFunctionSet::Groups group_functions(const std::vector<SymmetryFunction>& functions, CutoffType type,
                                            double alpha, AngularSums sums);

}  // namespace nnpot
