#pragma once

#include <cstddef>
#include <vector>

#include "nnpot/neighbor_list.hpp"
#include "nnpot/potential.hpp"

namespace nnpot {

/// How far the members of a committee are apart, item by item: the sample standard deviation
/// sqrt[ Σ_m |v_m − mean|² / (M − 1) ] of numbers (energies) or vectors (forces).
/// @param members    of each of M ≥ 2 members the same number of vectors after each other, components together
/// @param dimension  components of a vector
/// @param n          how many vectors count, from the first
std::vector<double> spreads(const std::vector<std::vector<double>>& members, std::size_t dimension, std::size_t n);

/// Raises the grade of each center to the largest distance from the training data of any of its symmetry functions.
/// @param grades  by the caller's index
void raise_grades(const NeighborList& list, const std::vector<Extrapolation>& extrapolations, double* grades) noexcept;

}  // namespace nnpot
