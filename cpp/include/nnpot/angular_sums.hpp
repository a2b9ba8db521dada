#pragma once

namespace nnpot {

/// How wide angular functions with whole zeta are summed; values and derivatives agree to rounding.
enum class AngularSums {
    automatic,  ///< what a count of operations says is faster (docs/engine.md, "Moments")
    pairs,      ///< pair of neighbors by pair of neighbors
    moments     ///< as squares of sums over neighbors, wherever that is possible
};

/// What the environment variable NNPOT_ANGULAR_SUMS asks for, automatic without it.
/// @throws InvalidInput for other names
AngularSums wanted_angular_sums();

}  // namespace nnpot
