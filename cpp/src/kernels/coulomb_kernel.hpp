#pragma once

#include <cstddef>

/// The vectorised loop under the part of Ewald sums in real space, compiled once per instruction set, in double.
namespace nnpot::kernels {

/// The neighbors of one center.
struct ChargedNeighbors {
    std::size_t n;
    const double *dx, *dy, *dz;  ///< Å
    const double* charges;       ///< of the neighbors
    double *gx, *gy, *gz;        ///< dE/d(dx, dy, dz) is written here
};

/// Energy and derivatives of @p charge · Σ charges erfc(α r)/r over the neighbors within the cutoff.
/// @param alpha           1/Å
/// @param cutoff_squared  Å²
using ScreenedCoulomb = double (*)(double charge, double alpha, double cutoff_squared,
                                   const ChargedNeighbors& neighbors);

/// The fastest that this processor runs, or what NNPOT_INSTRUCTION_SET names.
ScreenedCoulomb best_screened_coulomb();

}  // namespace nnpot::kernels
