#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace nnpot {

/// One line of a file, cut into words, comments removed.
struct WordLine {
    std::size_t number;  ///< from 1
    std::vector<std::string> words;
};

/// The lines of a text file that hold any words.
struct WordFile {
    std::filesystem::path path;
    std::vector<WordLine> lines;
    bool is_open = false;  ///< whether the last of them ends with the file, without line end: it may be cut
};

/// All lines of a text file, without line ends and byte order mark.
/// @throws FileError if it cannot be read, is no plain file, is binary or far too large for one of a model
std::vector<std::string> read_lines(const std::filesystem::path& path);

/// The lines of a text file that hold any words.  @throws FileError as read_lines
WordFile read_word_file(const std::filesystem::path& path);

/// Refuses a last line without line end that may be cut: its last word must have as many decimals and digits of the
/// exponent (an integer or a word as many characters) as those of all lines that @p alike finds comparable with it,
/// and there must be such a line.
/// @throws FileError
void require_whole_last_line(const WordFile& file, const std::function<bool(const WordLine&)>& alike);

/// Says that the last line is cut.
[[noreturn]] void fail_as_cut(const WordFile& file);

/// Throws FileError "path:line: message" (the line left out where it is 0).
[[noreturn]] void throw_file_error(const std::filesystem::path& path, std::size_t line, const std::string& message);

/// Writes @p content under a temporary name and renames it.  @throws FileError
void write_file(const std::filesystem::path& path, const std::string& content);

/// `keyword value value ...` lines, as in input.nn.
class KeywordFile {
public:
    /// @throws FileError if the file cannot be read
    explicit KeywordFile(const std::filesystem::path& path);

    const std::filesystem::path& path() const noexcept { return file_.path; }
    const WordFile& file() const noexcept { return file_; }
    const std::vector<WordLine>& lines() const noexcept { return file_.lines; }

    bool has(const std::string& keyword) const { return find(keyword) != nullptr; }
    const WordLine* find(const std::string& keyword) const;  ///< null where absent
    const WordLine& require(const std::string& keyword) const;
    std::vector<const WordLine*> all(const std::string& keyword) const;

    /// The only value of a keyword as a number; @p fallback where the keyword is absent.
    double number(const std::string& keyword, double fallback) const;
    long require_integer(const std::string& keyword) const;

    [[noreturn]] void fail(const WordLine& line, const std::string& message) const;

private:
    WordFile file_;
};

}  // namespace nnpot
