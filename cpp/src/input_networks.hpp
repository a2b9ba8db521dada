#pragma once

#include <vector>

#include "keyword_file.hpp"
#include "nnpot/model.hpp"
#include "weight_table.hpp"

namespace nnpot {

/// Sizes and activations of the networks in input.nn, one per element; their inputs are the element's functions.
/// @throws FileError naming the line
std::vector<Architecture> read_architectures(const KeywordFile& file, const std::vector<ElementModel>& elements);

}  // namespace nnpot
