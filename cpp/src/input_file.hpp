#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nnpot/model.hpp"
#include "nnpot/units.hpp"
#include "weight_table.hpp"

namespace nnpot {

struct InputFile {
    Model model;                              ///< without scaling data and weights
    std::vector<Architecture> architectures;  ///< per element of the model
};

/// Reads `input.nn`.  @throws FileError naming the line
InputFile read_input_file(const std::filesystem::path& path, const UnitSystem& units);

/// The text of an `input.nn` in eV and Å.
std::string input_file_text(const Model& model);

}  // namespace nnpot
