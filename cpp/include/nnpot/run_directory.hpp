#pragma once

#include <string>

namespace nnpot {

/// Refuses the directory that a training (`nnpot train`) or a loop (`nnpot learn`) has left, given in the place of a
/// model: the message names the directories of its models. Serves models of every kind. Nothing else is refused.
/// @throws InvalidInput
void require_no_run(const std::string& directory);

}  // namespace nnpot
