#include "text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace nnpot {

std::vector<std::string> split_words(const std::string& line) {
    const std::string content = line.substr(0, line.find_first_of("#!"));
    constexpr const char* separators = " \t\r\f\v";
    std::vector<std::string> words;
    std::size_t end = 0;
    for (;;) {
        const std::size_t begin = content.find_first_not_of(separators, end);
        if (begin == std::string::npos) return words;
        end = content.find_first_of(separators, begin);
        if (end == std::string::npos) end = content.size();
        words.push_back(content.substr(begin, end - begin));
    }
}

namespace {

template <typename Number>
bool read_whole_word(const std::string& word, Number& value) {
    const char* begin = word.data();
    const char* const end = begin + word.size();
    if (begin != end && *begin == '+') ++begin;
    const auto result = std::from_chars(begin, end, value);
    return result.ec == std::errc() && result.ptr == end && begin != end;
}

}  // namespace

bool read_number(const std::string& word, double& value) {
    return read_whole_word(word, value) && std::isfinite(value);
}

bool read_integer(const std::string& word, long& value) { return read_whole_word(word, value); }

std::string to_text(double value) {
    std::array<char, 40> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), result.ptr};
}

}  // namespace nnpot
