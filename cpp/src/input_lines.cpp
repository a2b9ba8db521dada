#include "input_lines.hpp"

#include <algorithm>

#include "nnpot/element.hpp"
#include "text.hpp"

namespace nnpot {

void fail_at(const KeywordFile& file, std::initializer_list<const char*> keywords, const std::string& message) {
    for (const char* keyword : keywords) {
        if (const WordLine* const line = file.find(keyword)) file.fail(*line, message);
    }
    throw_file_error(file.path(), 0, message);
}

std::string join(const std::vector<std::string>& words, std::size_t first) {
    std::string text;
    for (std::size_t i = first; i < words.size(); ++i) text += (i > first ? " " : "") + words[i];
    return text;
}

double number_at(const KeywordFile& file, const WordLine& line, std::size_t index) {
    double value = 0.0;
    if (read_number(line.words[index], value)) return value;
    file.fail(line, "expected a number, got '" + line.words[index] + "'");
}

std::size_t index_of(const KeywordFile& file, const WordLine& line, const std::vector<ElementModel>& elements,
                     int number) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (elements[i].atomic_number == number) return i;
    }
    file.fail(line, "element '" + element_symbol(number) + "' is not among the 'elements' of this file");
}

std::size_t index_of_symbol(const KeywordFile& file, const WordLine& line, const std::vector<ElementModel>& elements) {
    const int number = at_line(file, line, [&] { return atomic_number(line.words[1]); });
    return index_of(file, line, elements, number);
}

void require_once_per_element(const KeywordFile& file, const std::string& keyword) {
    const std::vector<const WordLine*> lines = file.all(keyword);
    for (auto line = lines.begin(); line != lines.end(); ++line) {
        const auto earlier = std::find_if(lines.begin(), line,
                                          [&](const WordLine* other) { return other->words[1] == (*line)->words[1]; });
        if (earlier == line) continue;
        file.fail(**line, keyword + " of " + (*line)->words[1] + " stands in line " +
                              std::to_string((*earlier)->number) + " already; keep one of the two");
    }
}

}  // namespace nnpot
