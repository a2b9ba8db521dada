#pragma once

#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace nnpot {

/// The words of a line, without comments (from '#' or '!' on) and carriage returns.
std::vector<std::string> split_words(const std::string& line);

/// The text as a message may show it: control characters and bytes that are not UTF-8 become question marks.
std::string printable(const std::string& text);

/// Reads a whole word as a finite number, also with Fortran's exponents (1.0D-02); false if any of it is something
/// else.
bool read_number(const std::string& word, double& value);
bool read_integer(const std::string& word, long& value);

/// The shortest text that reads back as the same number.
std::string to_text(double value);

/// What printf would print, up to 159 bytes.
template <typename... Values>
std::string formatted(const char* format, Values... values) {
    std::array<char, 160> buffer{};
    (void)std::snprintf(buffer.data(), buffer.size(), format, values...);
    return buffer.data();
}

}  // namespace nnpot
