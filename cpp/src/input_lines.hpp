#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "keyword_file.hpp"
#include "nnpot/error.hpp"
#include "nnpot/model.hpp"

namespace nnpot {

/// Runs @p action; what it finds wrong with a value is reported with the line of the file.
template <typename Action>
auto at_line(const KeywordFile& file, const WordLine& line, const Action& action) {
    try {
        return action();
    } catch (const InvalidInput& error) {
        file.fail(line, error.what());
    }
}

/// Refuses the first line that has one of @p keywords, or the file if none is there.
[[noreturn]] void fail_at(const KeywordFile& file, std::initializer_list<const char*> keywords,
                          const std::string& message);

/// The words from number @p first on, with a blank between them.
std::string join(const std::vector<std::string>& words, std::size_t first);

/// Word @p index of a line as a number.  @throws FileError
double number_at(const KeywordFile& file, const WordLine& line, std::size_t index);

/// Where an atomic number stands among the elements of the file.  @throws FileError
std::size_t index_of(const KeywordFile& file, const WordLine& line, const std::vector<ElementModel>& elements,
                     int number);

/// Where the element that is the second word of a line stands.  @throws FileError
std::size_t index_of_symbol(const KeywordFile& file, const WordLine& line, const std::vector<ElementModel>& elements);

/// Refuses a second line of @p keyword for one element.  @throws FileError
void require_once_per_element(const KeywordFile& file, const std::string& keyword);

}  // namespace nnpot
