#pragma once

#include "nnpot/model.hpp"
#include "nnpot/neighbor_list.hpp"
#include "nnpot/potential.hpp"

namespace nnpot {

/// Adds the part of a Coulomb energy that lies in real space, half of each pair to its center.
void add_real_space(const NeighborList& list, const LongRange& long_range, Evaluation& evaluation);

}  // namespace nnpot
