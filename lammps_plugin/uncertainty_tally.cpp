#include "uncertainty_tally.hpp"

#include "nnpot/uncertainty.hpp"

namespace nnpot {

void UncertaintyTally::begin(std::size_t n_members, std::size_t n_local, std::size_t n_all)
{
  forces_are_whole = false;
  grades_.assign(n_local, 0.0);
  energies_.resize(n_members);
  forces_.resize(n_members);
  for (std::vector<double> &member : energies_) member.assign(n_local, 0.0);
  for (std::vector<double> &member : forces_) member.assign(3 * n_all, 0.0);
}

void UncertaintyTally::add(const NeighborList &list,
                           const std::vector<Extrapolation> &extrapolations,
                           const std::vector<Evaluation> &members)
{
  raise_grades(list, extrapolations, grades_.data());
  for (std::size_t m = 0; m < forces_.size(); m++) {
    members[m].add_forces(list, forces_[m].data());
    for (std::size_t c = 0; c < list.n_centers(); c++)
      energies_[m][list.center_index[c]] = members[m].energies[c];
  }
}

}    // namespace nnpot
