#pragma once

#include <string>

namespace nnpot {

/// Arithmetic of the symmetry functions and their derivatives; networks and all final sums are double in both.
enum class Precision {
    full,  ///< double
    mixed  ///< single within the environment of a center (docs/engine.md says how far results deviate)
};

/// "double" or "mixed".  @throws InvalidInput naming both for anything else
Precision precision_from_name(const std::string& name);

}  // namespace nnpot
