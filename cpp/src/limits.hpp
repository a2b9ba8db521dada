#pragma once

namespace nnpot {

/// Å. Beyond it an atom of a solid has a hundred thousand neighbors: such a radius is a mistake, most likely of units.
constexpr double largest_cutoff_radius = 100.0;

}  // namespace nnpot
