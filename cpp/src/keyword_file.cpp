#include "keyword_file.hpp"

#include <algorithm>
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
        {"scale_min_short_atomic", "scale_min_short"},
        {"scale_max_short_atomic", "scale_max_short"}};
    for (const auto& [alias, name] : aliases) {
        if (keyword == alias) return name;
    }
    return keyword;
}

std::size_t n_digits(const std::string& number) {
    return number.size() - (number[0] == '-' || number[0] == '+' ? 1 : 0);
}

}  // namespace

void throw_file_error(const std::filesystem::path& path, std::size_t line, const std::string& message) {
    constexpr std::size_t longest = 400;  // a damaged file may hold words without end
    throw FileError(path.string() + (line > 0 ? ":" + std::to_string(line) : "") + ": " +
                    (message.size() > longest ? message.substr(0, longest) + " ..." : message));
}

std::vector<std::string> read_lines(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) throw_file_error(path, 0, "is a directory, expected a file");
    std::ifstream file(path);
    if (!file) throw_file_error(path, 0, "the file is missing or cannot be read");
    std::vector<std::string> lines;
    std::string line;
    while (std::getline(file, line)) {
        lines.push_back(line);
        if (line.find('\0') == std::string::npos) continue;
        throw_file_error(path, lines.size(), "holds bytes that are not text; the file is binary or damaged");
    }
    if (file.bad()) throw_file_error(path, 0, "reading failed");
    return lines;
}

std::vector<WordLine> read_word_lines(const std::filesystem::path& path) {
    std::vector<WordLine> lines;
    std::size_t number = 0;
    for (const std::string& line : read_lines(path)) {
        ++number;
        std::vector<std::string> words = split_words(line);
        if (!words.empty()) lines.push_back({number, std::move(words)});
    }
    return lines;
}

void require_whole_last_line(const std::filesystem::path& file, const std::vector<WordLine>& lines,
                             std::size_t column) {
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    stream.seekg(-1, std::ios::end);
    if (stream.get() == '\n') return;
    if (lines.size() > 1) {
        const WordLine &last = lines.back(), &above = lines[lines.size() - 2];
        if (last.words.size() > column && n_digits(last.words[column]) >= n_digits(above.words[column])) return;
    }
    throw_file_error(file, lines.back().number,
                     "the last line has no line end and a shorter number than the one above; the file is cut short "
                     "(if it is whole, add the line end)");
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

KeywordFile::KeywordFile(const std::filesystem::path& path, const std::vector<std::string>& repeatable)
    : path_(path), lines_(read_word_lines(path)) {
    for (auto line = lines_.begin(); line != lines_.end(); ++line) {
        line->words[0] = canonical(line->words[0]);
        const std::string& keyword = line->words[0];
        if (std::find(repeatable.begin(), repeatable.end(), keyword) != repeatable.end()) continue;
        const auto earlier =
            std::find_if(lines_.begin(), line, [&](const WordLine& other) { return other.words[0] == keyword; });
        if (earlier == line) continue;
        fail(*line, "keyword '" + keyword + "' stands in line " + std::to_string(earlier->number) +
                        " already; keep one of the two");
    }
}

const WordLine* KeywordFile::find(const std::string& keyword) const {
    const auto found =
        std::find_if(lines_.begin(), lines_.end(), [&](const WordLine& line) { return line.words[0] == keyword; });
    return found == lines_.end() ? nullptr : &*found;
}

const WordLine& KeywordFile::require(const std::string& keyword) const {
    const WordLine* const line = find(keyword);
    if (line == nullptr) throw_file_error(path_, 0, "the keyword '" + keyword + "' is missing");
    if (line->words.size() < 2) fail(*line, "expected a value after '" + keyword + "'");
    return *line;
}

std::vector<const WordLine*> KeywordFile::all(const std::string& keyword) const {
    std::vector<const WordLine*> found;
    for (const WordLine& line : lines_) {
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
    throw_file_error(path_, line.number, message);
}

}  // namespace nnpot
