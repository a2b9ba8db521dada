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

/// The layers in a table of weights: the first column of the lines, each layer's weights (source node outer) before
/// its biases. Where there are columns of indices they must say the same.
/// @param file    whose lines are the table alone
/// @param advice  what is wrong if their number does not fit
/// @throws FileError if it does not, a value is no number, an index is another, or the last line is cut off
std::vector<Layer> read_weight_table(const WordFile& file, const Architecture& architecture, const std::string& advice);

/// Such a table, as n2p2 writes it.
std::string weight_table_text(const std::vector<Layer>& layers);

}  // namespace nnpot
