#pragma once

#include <string>
#include <vector>

namespace nnpot {

/// The words of a line, without comments (from '#' or '!' on) and carriage returns.
std::vector<std::string> split_words(const std::string& line);

/// Reads a whole word as a finite number; false if any of it is something else.
bool read_number(const std::string& word, double& value);
bool read_integer(const std::string& word, long& value);

/// The shortest text that reads back as the same number.
std::string to_text(double value);

}  // namespace nnpot
