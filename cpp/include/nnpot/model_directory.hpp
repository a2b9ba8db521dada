#pragma once

#include <string>

#include "nnpot/model.hpp"
#include "nnpot/units.hpp"

namespace nnpot {

/// Reads `input.nn`, `scaling.data`, `weights.ZZZ.data` and, where present, `model.info` (docs/formats.md).
///
/// @param directory  where the files lie
/// @param units      name of the unit system of the files (units.hpp); empty: what model.info states
/// @throws FileError naming file and line where a file is missing, damaged, or does not fit the others
/// @throws InvalidInput if the units are neither given nor stated
Model read_model(const std::string& directory, const std::string& units = "");

/// The same with units of the caller's own, whose name is used in errors.
/// @throws InvalidInput if model.info states other units
Model read_model(const std::string& directory, const UnitSystem& units);

/// Writes the same files in eV and Å; each under a temporary name first, so none is ever half there.
/// @throws FileError if a file cannot be written
void write_model(const Model& model, const std::string& directory);

}  // namespace nnpot
