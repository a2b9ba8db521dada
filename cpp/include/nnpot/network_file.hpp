#pragma once

#include <string>
#include <vector>

#include "nnpot/neural_network.hpp"

namespace nnpot {

/// Reads a network that stands alone: one text file with any sizes and any activation per layer (docs/formats.md).
/// @throws FileError naming file and line where it is missing or damaged
std::vector<Layer> read_network(const std::string& file);

/// Writes the same; under a temporary name first, so it is never half there.
/// @throws FileError if it cannot be written
void write_network(const std::vector<Layer>& layers, const std::string& file);

}  // namespace nnpot
