#pragma once

#include <cstddef>
#include <vector>

#include "nnpot/error.hpp"
#include "nnpot/neighbor_list.hpp"

namespace nnpot {

/// LAMMPS's arrays of one MPI rank: its own atoms first, then the ghosts.
struct LammpsAtoms {
  const double *const *positions;    ///< Å, one row after the other in memory
  const int *types;                  ///< from 1
};

/// LAMMPS's full neighbor list: every neighbor of every center, ghosts included.
struct LammpsNeighbors {
  int n_centers;
  const int *centers;
  const int *n_neighbors;         ///< by atom
  const int *const *neighbors;    ///< by atom; the highest bits hold flags
};

/// Two atoms have the same coordinates, so no direction from one to the other exists.
class CoincidentAtoms : public InvalidInput {
 public:
  CoincidentAtoms(int first_index, int second_index);

  int first, second;    ///< LAMMPS's local indices
};

/// Fills a NeighborList from LAMMPS's own list, a block of centers at a time.
/// Indices in the result are LAMMPS's local ones. Knows no LAMMPS header.
class NeighborAdapter {
 public:
  /// @param atomic_numbers  per LAMMPS type (entry 0 unused); 0: atoms of that type do not exist
  /// here
  /// @param cutoff          Å; farther neighbors are left out
  /// @param index_mask      the bits of a neighbor entry that hold the index (NEIGHMASK of LAMMPS)
  NeighborAdapter(std::vector<int> atomic_numbers, double cutoff, int index_mask);

  /// Replaces @p list by the centers number @p first to @p last − 1 of @p neighbors.
  /// @throws CoincidentAtoms  @throws InvalidInput if a coordinate of a center is not finite
  void fill(const LammpsAtoms &atoms, const LammpsNeighbors &neighbors, int first, int last,
            NeighborList &list) const;

 private:
  void add_center(const LammpsAtoms &atoms, int center, const int *neighbors,
                  std::size_t n_neighbors, NeighborList &list) const;

  /// Writes the indices of those within the cutoff to @p near, which has room for all candidates.
  /// @return their number
  std::size_t select_near(const double *const *positions, const double *origin,
                          const int *candidates, std::size_t n_candidates, std::size_t *near) const;

  std::vector<int> atomic_numbers_;
  double cutoff_squared_;
  int index_mask_;
};

}    // namespace nnpot
