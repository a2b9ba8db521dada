#pragma once

#include "nnpot/neighbor_list.hpp"
#include "nnpot/structure.hpp"

namespace nnpot {

/// All neighbors of all atoms within @p cutoff, in time proportional to the number of atoms.
///
/// Any cell shape and periodicity; where the cell is smaller than the cutoff, every image counts, the
/// atom's own images included. Order: by center, then by bin, then by index, so it is reproducible.
///
/// @param structure  positions in Å, inside the cell or not
/// @param cutoff     Å, > 0; neighbors with distance < cutoff are listed
/// @throws InvalidInput if two atoms lie on the same place, or positions are not finite
NeighborList build_neighbor_list(const Structure& structure, double cutoff);

}  // namespace nnpot
