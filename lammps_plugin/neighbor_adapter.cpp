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

// Every candidate is written to the next free place, and the place is kept if the candidate counts:
// no branch that the processor would have to guess.
void NeighborAdapter::add_center(const LammpsAtoms &atoms, int center, const int *neighbors,
                                 std::size_t n_neighbors, NeighborList &list) const
{
  const double *const origin = atoms.positions[center];
  if (!std::isfinite(origin[0]) || !std::isfinite(origin[1]) || !std::isfinite(origin[2]))
    throw InvalidInput("a coordinate of atom " + std::to_string(center) + " is not finite");

  list.begin_center(center, atomic_numbers_[atoms.types[center]]);
  std::size_t end = list.n_pairs();
  resize_pairs(list, end + n_neighbors);
  const double *const all = atoms.positions[0];
  for (std::size_t n = 0; n < n_neighbors; ++n) {
    const int j = neighbors[n] & index_mask_;
    const int atomic_number = atomic_numbers_[atoms.types[j]];
    const double *const position = all + std::size_t{3} * static_cast<std::size_t>(j);
    const double dx = position[0] - origin[0];
    const double dy = position[1] - origin[1];
    const double dz = position[2] - origin[2];
    const double r_squared = dx * dx + dy * dy + dz * dz;
    list.neighbor_index[end] = j;
    list.neighbor_atomic_number[end] = atomic_number;
    list.dx[end] = dx;
    list.dy[end] = dy;
    list.dz[end] = dz;
    const bool counts = (r_squared < cutoff_squared_) & (atomic_number != 0);
    if (counts && r_squared < smallest_distance_squared) throw CoincidentAtoms(center, j);
    end += counts;
  }
  resize_pairs(list, end);
  list.offsets.back() = end;
}

}    // namespace nnpot
