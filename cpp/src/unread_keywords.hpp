#pragma once

#include <string>
#include <vector>

namespace nnpot {

/// Why a line of input.nn must be refused: its keyword means a part of the energy, in RuNNer or n2p2, that is not
/// read here. Empty for other keywords, and where the value says that the part is absent.
std::string reason_not_to_read(const std::vector<std::string>& words);

/// Whether a keyword of RuNNer or n2p2 is known and, by itself or with a harmless value, nothing of the energy.
bool is_passed_over(const std::string& keyword);

}  // namespace nnpot
