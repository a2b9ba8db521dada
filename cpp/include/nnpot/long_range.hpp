#pragma once

#include <array>
#include <vector>

#include "nnpot/element.hpp"
#include "nnpot/model.hpp"
#include "nnpot/neighbor_list.hpp"
#include "nnpot/potential.hpp"

namespace nnpot {

/// The part of a Coulomb energy that lies in real space, half of each pair to its center. Keeps its memory from one
/// list to the next.
class RealSpace {
public:
    /// @param long_range  of a consistent model, with a part in real space
    explicit RealSpace(const LongRange& long_range);

    /// Replaces @p evaluation.
    /// @throws UnknownElement for a neighbor without a charge
    void compute(const NeighborList& list, Evaluation& evaluation);

private:
    void find_charges(const NeighborList& list);

    LongRange long_range_;
    std::array<double, largest_atomic_number + 1> charge_of_;  ///< NaN where there is none
    std::vector<double> charges_;                              ///< of all neighbors
};

}  // namespace nnpot
