#pragma once

#include <cstddef>
#include <vector>

#include "nnpot/neighbor_list.hpp"
#include "nnpot/potential.hpp"

namespace nnpot {

/// The neighbors within a shorter cutoff than that of a NeighborList: what symmetry functions see of one that reaches
/// as far as a Coulomb sum. Keeps its memory from one list to the next.
class NearNeighbors {
public:
    /// Replaces what is held by those of @p list within @p cutoff (Å), in their order. The arrays of the result may be
    /// longer than its offsets say.
    const NeighborList& select(const NeighborList& list, double cutoff);

    /// Adds @p near, an evaluation of the selected neighbors, to one of the whole list.
    void add_to(const Evaluation& near, Evaluation& evaluation) const;

private:
    NeighborList list_;
    std::vector<std::size_t> pairs_;  ///< in the whole list, of each selected pair
};

}  // namespace nnpot
