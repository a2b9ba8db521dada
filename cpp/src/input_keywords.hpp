#pragma once

#include <string>

namespace nnpot {

/// Whether input.nn may hold a keyword without a warning: because it is read, or because it matters to training only.
bool is_known_keyword(const std::string& keyword);

}  // namespace nnpot
