#pragma once

#include <string>
#include <vector>

#include "nnpot/model.hpp"

namespace nnpot {

/// Models as bytes, all numbers bit by bit: for another process of the same program that must have the same models
/// without reading their files. No format of files: another build may order them differently.
std::string models_to_bytes(std::vector<Model> models);

/// The models in such bytes.  @throws InvalidInput if they are cut short or too long
std::vector<Model> models_from_bytes(const std::string& bytes);

}  // namespace nnpot
