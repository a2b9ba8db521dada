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

/// Reads a table of weights alone, `weights.ZZZ.data`.
/// @param sizes    nodes of each layer, the inputs first
/// @param letters  the activations of the layers after the inputs
/// @throws FileError naming file and line where it is missing, damaged, or does not fit the sizes
/// @throws InvalidInput if the sizes and letters make no network
std::vector<Layer> read_weights(const std::string& file, const std::vector<std::size_t>& sizes,
                                const std::string& letters);

/// Writes the same; under a temporary name first.
/// @throws FileError if it cannot be written
void write_weights(const std::vector<Layer>& layers, const std::string& file);

}  // namespace nnpot
