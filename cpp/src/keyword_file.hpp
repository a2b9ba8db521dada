#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nnpot {

/// One line of a file, cut into words, comments removed.
struct WordLine {
    std::size_t number;  ///< from 1
    std::vector<std::string> words;
};

/// All lines of a text file.  @throws FileError if it cannot be read or is binary
std::vector<std::string> read_lines(const std::filesystem::path& path);

/// The lines of a text file that hold any words.  @throws FileError if it cannot be read
std::vector<WordLine> read_word_lines(const std::filesystem::path& path);

/// A last line without line end may be cut within its number, in @p column: it must not be shorter than the one above.
/// @param lines  of the file, one at least   @throws FileError
void require_whole_last_line(const std::filesystem::path& file, const std::vector<WordLine>& lines, std::size_t column);

/// Throws FileError "path:line: message" (the line left out where it is 0).
[[noreturn]] void throw_file_error(const std::filesystem::path& path, std::size_t line, const std::string& message);

/// Writes @p content under a temporary name and renames it.  @throws FileError
void write_file(const std::filesystem::path& path, const std::string& content);

/// `keyword value value ...` lines, as in input.nn.
class KeywordFile {
public:
    /// @throws FileError if the file cannot be read or a keyword that may not repeat does
    explicit KeywordFile(const std::filesystem::path& path, const std::vector<std::string>& repeatable = {});

    const std::filesystem::path& path() const noexcept { return path_; }
    const std::vector<WordLine>& lines() const noexcept { return lines_; }

    bool has(const std::string& keyword) const { return find(keyword) != nullptr; }
    const WordLine* find(const std::string& keyword) const;  ///< null where absent
    const WordLine& require(const std::string& keyword) const;
    std::vector<const WordLine*> all(const std::string& keyword) const;

    /// The only value of a keyword as a number; @p fallback where the keyword is absent.
    double number(const std::string& keyword, double fallback) const;
    long require_integer(const std::string& keyword) const;

    [[noreturn]] void fail(const WordLine& line, const std::string& message) const;

private:
    std::filesystem::path path_;
    std::vector<WordLine> lines_;
};

}  // namespace nnpot
