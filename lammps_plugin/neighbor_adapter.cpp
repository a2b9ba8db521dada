#include "neighbor_adapter.hpp"

#include <cmath>
#include <string>
#include <utility>

namespace nnpot {
namespace {

void resize_pairs(NeighborList &list, std::size_t n)
{
  list.neighbor_index.resize(n);
  list.neighbor_atomic_number.resize(n);
  list.dx.resize(n);
  list.dy.resize(n);
  list.dz.resize(n);
}

}    // namespace

CoincidentAtoms::CoincidentAtoms(int first_index, int second_index) :
    InvalidInput("atoms " + std::to_string(first_index) + " and " + std::to_string(second_index) +
                 " are on the same place"),
    first(first_index), second(second_index)
{
}

NeighborAdapter::NeighborAdapter(std::vector<int> atomic_numbers, double cutoff, int index_mask) :
    atomic_numbers_(std::move(atomic_numbers)), cutoff_squared_(cutoff * cutoff),
    index_mask_(index_mask)
{
}

void NeighborAdapter::fill(const LammpsAtoms &atoms, const LammpsNeighbors &neighbors, int first,
                           int last, NeighborList &list) const
{
  list.clear();
  for (int n = first; n < last; ++n) {
    const int center = neighbors.centers[n];
    if (atomic_numbers_[atoms.types[center]] == 0) continue;
    add_center(atoms, center, neighbors.neighbors[center], neighbors.n_neighbors[center], list);
  }
}

// LAMMPS's list has a skin: about half of the candidates are too far. Every candidate is written to
// the next free place, and the place is kept if the candidate is near: no branch that the processor
// would have to guess.
std::size_t NeighborAdapter::select_near(const double *const *positions, const double *origin,
                                         const int *candidates, std::size_t n_candidates,
                                         std::size_t *near) const
{
  const double *const all = positions[0];
  std::size_t n_near = 0;
  for (std::size_t n = 0; n < n_candidates; ++n) {
    const auto j = static_cast<std::size_t>(candidates[n] & index_mask_);
    const double *const position = all + std::size_t{3} * j;
    const double dx = position[0] - origin[0];
    const double dy = position[1] - origin[1];
    const double dz = position[2] - origin[2];
    near[n_near] = j;
    n_near += static_cast<std::size_t>(dx * dx + dy * dy + dz * dz < cutoff_squared_);
  }
  return n_near;
}

void NeighborAdapter::add_center(const LammpsAtoms &atoms, int center, const int *neighbors,
                                 std::size_t n_neighbors, NeighborList &list) const
{
  const double *const origin = atoms.positions[center];
  if (!std::isfinite(origin[0]) || !std::isfinite(origin[1]) || !std::isfinite(origin[2]))
    throw InvalidInput("a coordinate of atom " + std::to_string(center) + " is not finite");

  list.begin_center(center, atomic_numbers_[atoms.types[center]]);
  const std::size_t begin = list.n_pairs();
  list.neighbor_index.resize(begin + n_neighbors);
  const std::size_t n_near = select_near(atoms.positions, origin, neighbors, n_neighbors,
                                         list.neighbor_index.data() + begin);
  resize_pairs(list, begin + n_near);
  std::size_t end = begin;
  for (std::size_t n = begin; n < begin + n_near; ++n) {
    const std::size_t j = list.neighbor_index[n];
    const int atomic_number = atomic_numbers_[atoms.types[j]];
    const double *const position = atoms.positions[j];
    const double dx = position[0] - origin[0];
    const double dy = position[1] - origin[1];
    const double dz = position[2] - origin[2];
    list.neighbor_index[end] = j;
    list.neighbor_atomic_number[end] = atomic_number;
    list.dx[end] = dx;
    list.dy[end] = dy;
    list.dz[end] = dz;
    const bool counts = atomic_number != 0;
    if (counts && dx * dx + dy * dy + dz * dz < smallest_distance_squared)
      throw CoincidentAtoms(center, static_cast<int>(j));
    end += static_cast<std::size_t>(counts);
  }
  resize_pairs(list, end);
  list.offsets.back() = end;
}

}    // namespace nnpot
