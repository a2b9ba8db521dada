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
    if (begin != word.data() && begin != end && *begin == '-') return false;
    const auto result = std::from_chars(begin, end, value);
    return result.ec == std::errc() && result.ptr == end && begin != end;
}

/// How many bytes the UTF-8 character at @p begin has; 0 where there is none.
std::size_t utf8_length(const std::string& text, std::size_t begin) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(begin);
    const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || first > 0xF4 || begin + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(begin + i) & 0xC0) != 0x80) return 0;
    }
    return length;
}

}  // namespace

std::string printable(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8_length(text, i);
        const bool control = length == 1 && (static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7F);
        result += length == 0 || control ? "?" : text.substr(i, length);
        i += length == 0 ? 1 : length;
    }
    return result;
}

bool read_number(const std::string& word, double& value) {
    const std::size_t exponent = word.find_first_of("dD");
    if (exponent == std::string::npos) return read_whole_word(word, value) && std::isfinite(value);
    std::string same = word;
    same[exponent] = 'e';
    return read_whole_word(same, value) && std::isfinite(value);
}

bool read_integer(const std::string& word, long& value) { return read_whole_word(word, value); }

std::string to_text(double value) {
    std::array<char, 40> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), result.ptr};
}

}  // namespace nnpot
