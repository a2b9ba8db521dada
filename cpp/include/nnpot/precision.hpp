#pragma once

namespace nnpot {

/// Arithmetic of the symmetry functions and their derivatives; networks and all final sums are double in both.
enum class Precision {
    full,  ///< double
    mixed  ///< single within the environment of a center
};

}  // namespace nnpot
