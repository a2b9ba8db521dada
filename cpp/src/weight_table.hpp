#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "keyword_file.hpp"
#include "nnpot/neural_network.hpp"

namespace nnpot {

/// Sizes and activations of a network.
struct Architecture {
    std::vector<std::size_t> sizes;  ///< inputs, hidden layers, outputs
    std::string activations;         ///< a letter per layer after the inputs
    bool normalize_nodes = false;    ///< pre-activations are divided by the number of inputs of their layer
};

/// The layers in a table of weights: the first column of @p lines, each layer's weights (source node outer) before
/// its biases.
/// @param file    to which the lines belong
/// @param advice  what is wrong if their number does not fit
/// @throws FileError if it does not, a value is no number, or the last line is cut off
std::vector<Layer> read_weight_table(const std::filesystem::path& file, const std::vector<WordLine>& lines,
                                     const Architecture& architecture, const std::string& advice);

/// Such a table, as n2p2 writes it.
std::string weight_table_text(const std::vector<Layer>& layers);

}  // namespace nnpot
