#pragma once

#include "nnpot/neighbor_list.hpp"
#include "nnpot/potential.hpp"

namespace nnpot {

/// Adds each pair's virial −x ⊗ dE/dx half to the center and half to the neighbor.
/// @param virials  eV, 6 for each of the caller's indices: xx yy zz xy xz yz of the symmetric part
void add_shared_virials(const NeighborList& list, const Evaluation& evaluation, double* virials) noexcept;

/// Adds each pair's virial to the neighbor, which is what the force on it acts on: with these and the energies of the
/// centers, the sum of virial times velocity is the potential part of the heat flux.
/// Source: Fan 2015 (docs/theory.md, "Virials of the atoms").
/// @param virials  eV, 9 for each of the caller's indices: xx yy zz xy xz yz yx zx zy, distance before force
void add_centroid_virials(const NeighborList& list, const Evaluation& evaluation, double* virials) noexcept;

}  // namespace nnpot
