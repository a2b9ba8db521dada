#include "nnpot/scaling_file.hpp"

#include <cmath>
#include <filesystem>
#include <numeric>

#include "keyword_file.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

using std::filesystem::path;

struct Row {
    std::size_t line;
    std::vector<double> numbers;
};

/// The numbers of a row of scaling.data, of which all have as many.
std::vector<double> read_scaling_row(const path& file, const WordLine& line, std::size_t n_columns) {
    if (line.words.size() != n_columns || (n_columns != 5 && n_columns != 6)) {
        throw_file_error(file, line.number,
                         "expected 'element function min max mean sigma' (or all rows without sigma), got " +
                             std::to_string(line.words.size()) + " columns");
    }
    std::vector<double> row(line.words.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (!read_number(line.words[i], row[i])) {
            throw_file_error(file, line.number, "expected a number, got '" + line.words[i] + "'");
        }
    }
    return row;
}

/// All rows, without the two-number line that ends a RuNNer file.
std::vector<Row> read_scaling_rows(const WordFile& file) {
    std::vector<Row> rows;
    const std::size_t n = file.lines.size();
    const bool ends_with_energies = n > 1 && file.lines.back().words.size() == 2;
    if (!ends_with_energies) {
        require_whole_last_line(file, [](const WordLine&) { return true; });
    }
    for (std::size_t i = 0; i + (ends_with_energies ? 1 : 0) < n; ++i) {
        const WordLine& line = file.lines[i];
        rows.push_back({line.number, read_scaling_row(file.path, line, file.lines.front().words.size())});
    }
    return rows;
}

void require_row(const path& file, std::size_t line, const std::vector<double>& row, std::size_t element,
                 std::size_t function, bool needs_sigma) {
    if (row[0] != static_cast<double>(element + 1) || row[1] != static_cast<double>(function + 1)) {
        throw_file_error(file, line,
                         "expected element " + std::to_string(element + 1) + " function " +
                             std::to_string(function + 1) + ", got " + to_text(row[0]) + " and " + to_text(row[1]) +
                             "; the rows are not in order");
    }
    if (row[2] > row[3]) {
        throw_file_error(file, line, "the min " + to_text(row[2]) + " is larger than the max " + to_text(row[3]));
    }
    if (row.size() > 5 && row[5] < 0.0) {
        throw_file_error(file, line, "sigma must not be negative, got " + to_text(row[5]));
    }
    const double tolerance = 1e-6 * (1.0 + std::abs(row[2]) + std::abs(row[3]));
    if (row[4] < row[2] - tolerance || row[4] > row[3] + tolerance) {
        throw_file_error(
            file, line,
            "the mean " + to_text(row[4]) + " is not between min " + to_text(row[2]) + " and max " + to_text(row[3]));
    }
    if (needs_sigma && row.size() < 6) {
        throw_file_error(file, line, "scale_symmetry_functions_sigma needs a sixth column with sigma");
    }
}

}  // namespace

std::vector<ScalingData> read_scaling(const std::string& name, const std::vector<std::size_t>& counts,
                                      bool needs_sigma) {
    const path file(name);
    const std::vector<Row> rows = read_scaling_rows(read_word_file(file));
    const std::size_t expected = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    if (rows.size() != expected) {
        throw_file_error(file, 0,
                         "expected " + std::to_string(expected) + " rows (one per input of a network), got " +
                             std::to_string(rows.size()) + "; the file is cut short or belongs to another model");
    }
    std::vector<ScalingData> elements(counts.size());
    std::size_t next = 0;
    for (std::size_t e = 0; e < counts.size(); ++e) {
        ScalingData& data = elements[e];
        for (arma::vec* column : {&data.min, &data.max, &data.mean, &data.sigma}) column->zeros(counts[e]);
        for (std::size_t f = 0; f < counts[e]; ++f, ++next) {
            const auto& [line, row] = rows[next];
            require_row(file, line, row, e, f, needs_sigma);
            data.min(f) = row[2];
            data.max(f) = row[3];
            data.mean(f) = row[4];
            if (row.size() > 5) data.sigma(f) = row[5];
        }
    }
    return elements;
}

void write_scaling(const std::vector<ScalingData>& elements, const std::string& file) {
    std::string text = "# element function min max mean sigma: raw values over the training set\n";
    for (std::size_t e = 0; e < elements.size(); ++e) {
        const ScalingData& data = elements[e];
        for (std::size_t f = 0; f < data.mean.n_elem; ++f) {
            text += formatted("%10zu %10zu %24.16E %24.16E %24.16E %24.16E\n", e + 1, f + 1, data.min(f), data.max(f),
                              data.mean(f), data.sigma(f));
        }
    }
    write_file(file, text);
}

}  // namespace nnpot
