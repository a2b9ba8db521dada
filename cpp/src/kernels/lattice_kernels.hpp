#pragma once

#include <cstddef>

#include "nnpot/lattice_potential.hpp"

/// The vectorised loops under LatticeModel, compiled once per instruction set.
namespace nnpot::kernels {

/// Triplets of a center with its neighbor j and its neighbors first to last − 1.
struct LatticeRow {
    std::size_t dimension;
    const double* const* x;  ///< for each dimension the components of the vectors from the center
    const double* r;         ///< their lengths
    std::size_t j, first, last;
    double* squares;  ///< scratch, as long as r
};

struct LatticeKernels {
    const char* name;
    /// Sum of the energies of a row.
    double (*energy)(const LatticePotential& potential, const LatticeRow& row);
    /// The same; @p weight times the derivatives by the neighbors' vectors are added to @p gradient.
    double (*gradient)(const LatticePotential& potential, const LatticeRow& row, double weight,
                       double* const* gradient);
};

/// The fastest that this processor runs, or what NNPOT_INSTRUCTION_SET names.
const LatticeKernels& best_lattice();

}  // namespace nnpot::kernels
