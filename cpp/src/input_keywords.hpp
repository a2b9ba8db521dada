#pragma once

#include <string>
#include <vector>

#include "keyword_file.hpp"

namespace nnpot {

/// Holds every keyword of input.nn against what is known of it: how many words follow, whether it may stand twice,
/// whether it is read, matters to training only, or would change the energy and is not read.
/// @return warnings of keywords that are not known, a line each
/// @throws FileError naming the line
std::vector<std::string> check_keywords(const KeywordFile& file);

/// Refuses a last line without line end that may be cut within its keyword or number.  @throws FileError
void require_whole_end(const KeywordFile& file);

}  // namespace nnpot
