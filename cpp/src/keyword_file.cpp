#include "keyword_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <system_error>

#include "nnpot/error.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

/// Spellings of RuNNer and older versions, and the one used here.
const std::string& canonical(const std::string& keyword) {
    static const std::vector<std::pair<std::string, std::string>> aliases{
        {"symfunction", "symfunction_short"},
        {"nnp_generation", "nnp_type"},
        {"nnp_type_gen", "nnp_type"},
        {"nnp_gen", "nnp_type"},
        {"global_nodes_short_atomic", "global_nodes_short"},
        {"scale_min_short_atomic", "scale_min_short"},
        {"scale_max_short_atomic", "scale_max_short"}};
    for (const auto& [alias, name] : aliases) {
        if (keyword == alias) return name;
    }
    return keyword;
}

constexpr std::uintmax_t largest_file = std::uintmax_t{1} << 29U;  // bytes
constexpr std::size_t most_lines = 8000000;

/// What reading would wait for, or never end of, is refused before it is opened.
void require_plain_file(const std::filesystem::path& path) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) throw_file_error(path, 0, "the file is missing or cannot be read");
    if (std::filesystem::is_directory(status)) throw_file_error(path, 0, "is a directory, expected a file");
    if (!std::filesystem::is_regular_file(status)) {
        throw_file_error(path, 0, "is a pipe or a device, expected a plain file; write what it gives into one");
    }
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error || size <= largest_file) return;
    throw_file_error(path, 0,
                     "holds " + std::to_string(size >> 20U) + " MB, expected at most " +
                         std::to_string(largest_file >> 20U) + "; it is damaged or no file of a model");
}

std::string read_text(const std::filesystem::path& path) {
    require_plain_file(path);
    std::ifstream file(path, std::ios::binary);
    if (!file) throw_file_error(path, 0, "the file is missing or cannot be read");
    std::string text;
    std::array<char, 65536> buffer{};
    while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad()) throw_file_error(path, 0, "reading failed");
    constexpr const char* byte_order_mark = "\xEF\xBB\xBF";
    if (text.compare(0, 3, byte_order_mark) == 0) text.erase(0, 3);
    return text;
}

/// The lines, whatever the system that wrote them ends lines with.
std::vector<std::string> split_lines(const std::filesystem::path& path, const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        if (lines.size() == most_lines) {
            throw_file_error(path, 0,
                             "has more than " + std::to_string(most_lines) + " lines; it is no file of a model");
        }
        const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        const bool two = end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n';
        begin = end + (two ? 2 : 1);
        if (lines.back().find('\0') == std::string::npos) continue;
        throw_file_error(path, lines.size(),
                         "holds bytes that are not text; the file is binary or damaged, or not saved as UTF-8");
    }
    return lines;
}

/// By which a number that was cut is told from a whole one beside it.
struct Digits {
    std::size_t decimals = 0, exponent = 0;
    std::size_t plain = 0;  ///< of a word without both
    bool ends_with_point = false;

    bool has_all_of(const Digits& other) const {
        if (ends_with_point && !other.ends_with_point) return false;
        return decimals >= other.decimals && exponent >= other.exponent && (plain == 0 || plain >= other.plain);
    }
};

Digits digits_of(const std::string& word) {
    double value = 0.0;
    const std::size_t point = word.find('.');
    const std::size_t exponent = std::min(word.find_first_of("eEdD"), word.size());
    const bool is_plain = point == std::string::npos && exponent == word.size();
    if (is_plain || !read_number(word, value)) return {0, 0, word.size(), false};
    return {point < exponent ? exponent - point - 1 : 0, word.size() - exponent, 0, word.back() == '.'};
}

/// A blank that looks like a space and separates no words: from a web page or a word processor, in UTF-8, or a
/// no-break space in Latin-1.
bool has_foreign_blank(const std::string& word) {
    static const std::array<std::string, 8> blanks{"\xC2\xA0",     "\xC2\x85",     "\xE1\x9A\x80", "\xE2\x80\xAF",
                                                   "\xE2\x81\x9F", "\xE3\x80\x80", "\xEF\xBB\xBF", "\xE2\x81\xA0"};
    for (const std::string& blank : blanks) {
        if (word.find(blank) != std::string::npos) return true;
    }
    for (std::size_t i = 0; i < word.size(); ++i) {
        const bool after_ascii = i == 0 || static_cast<unsigned char>(word[i - 1]) < 0x80;
        if (after_ascii && word[i] == '\xA0') return true;
        if (word.compare(i, 2, "\xE2\x80") != 0 || i + 2 >= word.size()) continue;
        const auto last = static_cast<unsigned char>(word[i + 2]);  // U+2000 to U+200D, U+2028 and U+2029
        if ((last >= 0x80 && last <= 0x8D) || last == 0xA8 || last == 0xA9) return true;
    }
    return false;
}

void require_plain_blanks(const std::filesystem::path& path, const WordLine& line) {
    for (const std::string& word : line.words) {
        if (!has_foreign_blank(word)) continue;
        throw_file_error(path, line.number,
                         "holds a no-break space or another blank that is not ASCII in '" + word +
                             "'; write plain spaces between the words");
    }
}

}  // namespace

void throw_file_error(const std::filesystem::path& path, std::size_t line, const std::string& message) {
    constexpr std::size_t longest = 400;  // a damaged file may hold words without end
    throw FileError(path.string() + (line > 0 ? ":" + std::to_string(line) : "") + ": " +
                    printable(message.size() > longest ? message.substr(0, longest) + " ..." : message));
}

std::vector<std::string> read_lines(const std::filesystem::path& path) { return split_lines(path, read_text(path)); }

WordFile read_word_file(const std::filesystem::path& path) {
    const std::string text = read_text(path);
    WordFile file{path, {}, false};
    std::size_t number = 0;
    for (const std::string& line : split_lines(path, text)) {
        ++number;
        std::vector<std::string> words = split_words(line);
        file.is_open = !words.empty() && line.find_first_of("#!") == std::string::npos;
        if (words.empty()) continue;
        file.lines.push_back({number, std::move(words)});
        require_plain_blanks(path, file.lines.back());
    }
    file.is_open = file.is_open && text.back() != '\n' && text.back() != '\r';
    return file;
}

void fail_as_cut(const WordFile& file) {
    throw_file_error(
        file.path, file.lines.back().number,
        "the last line has no line end and seems cut beside lines of its kind; the file is cut short (if it is "
        "whole, add the line end)");
}

void require_whole_last_line(const WordFile& file, const std::function<bool(const WordLine&)>& alike) {
    if (!file.is_open) return;
    const WordLine& last = file.lines.back();
    const Digits digits = digits_of(last.words.back());
    bool compared = false;
    for (std::size_t i = 0; i + 1 < file.lines.size(); ++i) {
        const WordLine& other = file.lines[i];
        if (!alike(other)) continue;
        compared = true;
        const std::size_t n = other.words.size();
        if (last.words.size() < n || !digits.has_all_of(digits_of(other.words.back()))) fail_as_cut(file);
    }
    if (!compared) fail_as_cut(file);
}

void write_file(const std::filesystem::path& path, const std::string& content) {
    const std::filesystem::path temporary = path.string() + ".tmp";
    std::ofstream file(temporary, std::ios::binary);
    file << content;
    file.close();
    std::error_code error;
    if (file) {
        std::filesystem::rename(temporary, path, error);
        if (!error) return;
    }
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw_file_error(path, 0,
                     "cannot be written" + (error ? " (" + error.message() + ")" : "") +
                         "; look at the disk space and the permissions");
}

KeywordFile::KeywordFile(const std::filesystem::path& path) : file_(read_word_file(path)) {
    for (WordLine& line : file_.lines) line.words[0] = canonical(line.words[0]);
}

const WordLine* KeywordFile::find(const std::string& keyword) const {
    const auto found =
        std::find_if(lines().begin(), lines().end(), [&](const WordLine& line) { return line.words[0] == keyword; });
    return found == lines().end() ? nullptr : &*found;
}

const WordLine& KeywordFile::require(const std::string& keyword) const {
    const WordLine* const line = find(keyword);
    if (line == nullptr) throw_file_error(path(), 0, "the keyword '" + keyword + "' is missing");
    if (line->words.size() < 2) fail(*line, "expected a value after '" + keyword + "'");
    return *line;
}

std::vector<const WordLine*> KeywordFile::all(const std::string& keyword) const {
    std::vector<const WordLine*> found;
    for (const WordLine& line : lines()) {
        if (line.words[0] == keyword) found.push_back(&line);
    }
    return found;
}

double KeywordFile::number(const std::string& keyword, double fallback) const {
    if (!has(keyword)) return fallback;
    const WordLine& line = require(keyword);
    double value = 0.0;
    if (!read_number(line.words[1], value)) {
        fail(line, "expected a number after '" + keyword + "', got '" + line.words[1] + "'");
    }
    return value;
}

long KeywordFile::require_integer(const std::string& keyword) const {
    const WordLine& line = require(keyword);
    long value = 0;
    if (!read_integer(line.words[1], value)) {
        fail(line, "expected a whole number after '" + keyword + "', got '" + line.words[1] + "'");
    }
    return value;
}

void KeywordFile::fail(const WordLine& line, const std::string& message) const {
    throw_file_error(path(), line.number, message);
}

}  // namespace nnpot
