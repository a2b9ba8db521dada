#pragma once

#include <vector>

#include "nnpot/neighbor_list.hpp"
#include "nnpot/potential.hpp"

namespace nnpot {

/// What one MPI rank knows of the uncertainty at one step, gathered block by block: grades of its
/// own atoms, and energies of its own atoms and forces on all atoms, ghosts included, from each
/// member of a committee. Indices are LAMMPS's local ones. Knows no LAMMPS header.
class UncertaintyTally {
 public:
  /// Whether the ghosts' share of the forces has been sent home.
  bool forces_are_whole = false;

  /// Starts a step.
  /// @param n_members  0: the members are not asked
  void begin(std::size_t n_members, std::size_t n_local, std::size_t n_all);

  void add(const NeighborList &list, const std::vector<Extrapolation> &extrapolations,
           const std::vector<Evaluation> &members);

  const std::vector<double> &grades() const noexcept { return grades_; }

  /// eV, of each member.
  const std::vector<std::vector<double>> &energies() const noexcept { return energies_; }

  /// eV/Å, of each member x y z of all atoms.
  std::vector<std::vector<double>> &forces() noexcept { return forces_; }

 private:
  std::vector<double> grades_;
  std::vector<std::vector<double>> energies_, forces_;
};

}    // namespace nnpot
