#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nnpot/scaler.hpp"

namespace nnpot {

/// Reads `scaling.data` (docs/formats.md): the statistics of the raw inputs of each element's network.
///
/// @param file         the file
/// @param counts       how many inputs each element has, in the order of the file
/// @param needs_sigma  whether the column sigma must be there
/// @throws FileError naming file and line where it is missing, damaged, or has other inputs
std::vector<ScalingData> read_scaling(const std::string& file, const std::vector<std::size_t>& counts,
                                      bool needs_sigma = false);

/// Writes the same; under a temporary name first, so it is never half there.
/// @throws FileError if it cannot be written
void write_scaling(const std::vector<ScalingData>& elements, const std::string& file);

}  // namespace nnpot
