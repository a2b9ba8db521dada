#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nnpot/model.hpp"

namespace nnpot {

/// `weights.ZZZ.data`
std::string weights_file_name(int atomic_number);

/// Refuses a directory that holds files of parts of an energy which are not read: networks of charges, hardnesses,
/// networks of pairs.
/// @return warnings of weights for elements that the model does not have, a line each
/// @throws FileError
std::vector<std::string> check_other_files(const std::filesystem::path& directory, const Model& model);

}  // namespace nnpot
