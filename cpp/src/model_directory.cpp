#include "nnpot/model_directory.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "input_file.hpp"
#include "keyword_file.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "text.hpp"
#include "weight_table.hpp"

namespace nnpot {
namespace {

using std::filesystem::path;

std::string weights_file_name(int atomic_number) { return formatted("weights.%03d.data", atomic_number); }

std::string trimmed(const std::string& text) {
    constexpr const char* blanks = " \t\r";
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// `keyword any words` lines; a # or ! is a comment at the start of a line only, so words may hold it.
std::map<std::string, std::string> read_info(const path& directory) {
    std::map<std::string, std::string> info;
    const path file = directory / "model.info";
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return info;
    std::size_t number = 0;
    for (const std::string& line : read_lines(file)) {
        ++number;
        const std::string text = trimmed(line);
        if (text.empty() || text[0] == '#' || text[0] == '!') continue;
        const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
        if (info.emplace(text.substr(0, end), trimmed(text.substr(end))).second) continue;
        throw_file_error(file, number, "keyword '" + text.substr(0, end) + "' is given twice; keep one of the two");
    }
    return info;
}

const UnitSystem& stated_units(const path& directory, const std::string& name) {
    try {
        return unit_system(name);
    } catch (const InvalidInput& error) {
        throw_file_error(directory / "model.info", 0, error.what());
    }
}

const UnitSystem& choose_units(const path& directory, const std::map<std::string, std::string>& info,
                               const std::string& given) {
    const auto stated = info.find("units");
    if (stated == info.end() && given.empty()) {
        throw InvalidInput("model '" + directory.string() +
                           "' does not state its units; say them (nnpot --units, pair_style nnp units, units= in "
                           "Python): metal (eV, Angstrom), real (kcal/mol, Angstrom) or atomic (Hartree, bohr)");
    }
    if (stated == info.end()) return unit_system(given);
    if (!given.empty() && given != stated->second) {
        throw InvalidInput("model '" + directory.string() + "' states units " + stated->second + ", but " + given +
                           " were asked for; leave the units out");
    }
    return stated_units(directory, stated->second);
}

/// Up to 0.1 %: units differ by more than that, the digits of a factor by less.
bool agree(double a, double b) { return std::abs(a - b) <= 1e-3 * std::abs(b); }

void require_stated_units(const path& directory, const std::map<std::string, std::string>& info,
                          const UnitSystem& given) {
    const auto found = info.find("units");
    if (found == info.end()) return;
    const UnitSystem& stated = stated_units(directory, found->second);
    if (agree(given.energy, stated.energy) && agree(given.length, stated.length)) return;
    throw InvalidInput("model '" + directory.string() + "' states units " + stated.name + " (" + stated.energy_unit +
                       ", " + stated.length_unit + "), which " + given.name + " contradicts; correct it");
}

/// The numbers of a row of scaling.data, or nothing for the two-number line that ends a RuNNer file.
std::vector<double> read_scaling_row(const path& file, const WordLine& line, bool last) {
    if (last && line.words.size() == 2) return {};
    if (line.words.size() != 5 && line.words.size() != 6) {
        throw_file_error(
            file, line.number,
            "expected 'element function min max mean sigma', got " + std::to_string(line.words.size()) + " columns");
    }
    std::vector<double> row(line.words.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (!read_number(line.words[i], row[i])) {
            throw_file_error(file, line.number, "expected a number, got '" + line.words[i] + "'");
        }
    }
    return row;
}

std::vector<std::pair<std::size_t, std::vector<double>>> read_scaling_rows(const path& file) {
    const std::vector<WordLine> lines = read_word_lines(file);
    std::vector<std::pair<std::size_t, std::vector<double>>> rows;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::vector<double> row = read_scaling_row(file, lines[i], i + 1 == lines.size());
        if (!row.empty()) rows.emplace_back(lines[i].number, std::move(row));
    }
    return rows;
}

void require_row(const path& file, std::size_t line, const std::vector<double>& row, std::size_t element,
                 std::size_t function, ScalingMode mode) {
    if (row[0] != static_cast<double>(element + 1) || row[1] != static_cast<double>(function + 1)) {
        throw_file_error(file, line,
                         "expected element " + std::to_string(element + 1) + " function " +
                             std::to_string(function + 1) + ", got " + to_text(row[0]) + " and " + to_text(row[1]) +
                             "; the rows are not in order");
    }
    const double tolerance = 1e-6 * (1.0 + std::abs(row[2]) + std::abs(row[3]));
    if (row[4] < row[2] - tolerance || row[4] > row[3] + tolerance) {
        throw_file_error(
            file, line,
            "the mean " + to_text(row[4]) + " is not between min " + to_text(row[2]) + " and max " + to_text(row[3]));
    }
    if (mode == ScalingMode::sigma && row.size() < 6) {
        throw_file_error(file, line, "scale_symmetry_functions_sigma needs a sixth column with sigma");
    }
}

void read_scaling(const path& file, Model& model) {
    const auto rows = read_scaling_rows(file);
    std::size_t expected = 0;
    for (const ElementModel& element : model.elements) expected += element.functions.size();
    if (rows.size() != expected) {
        throw_file_error(file, 0,
                         "expected " + std::to_string(expected) + " rows (one per symmetry function), got " +
                             std::to_string(rows.size()) + "; the file is cut short or belongs to another input.nn");
    }
    std::size_t next = 0;
    for (std::size_t e = 0; e < model.elements.size(); ++e) {
        const std::size_t n = model.elements[e].functions.size();
        ScalingData& data = model.elements[e].scaling;
        for (arma::vec* column : {&data.min, &data.max, &data.mean, &data.sigma}) column->zeros(n);
        for (std::size_t f = 0; f < n; ++f, ++next) {
            const auto& [line, row] = rows[next];
            require_row(file, line, row, e, f, model.scaling_mode);
            data.min(f) = row[2];
            data.max(f) = row[3];
            data.mean(f) = row[4];
            if (row.size() > 5) data.sigma(f) = row[5];
        }
    }
    require_whole_last_line(file, read_word_lines(file), rows.front().second.size() - 1);
}

std::string scaling_text(const Model& model) {
    std::string text = "# element function min max mean sigma: raw values over the training set\n";
    for (std::size_t e = 0; e < model.elements.size(); ++e) {
        const ScalingData& data = model.elements[e].scaling;
        for (std::size_t f = 0; f < data.mean.n_elem; ++f) {
            text += formatted("%10zu %10zu %24.16E %24.16E %24.16E %24.16E\n", e + 1, f + 1, data.min(f), data.max(f),
                              data.mean(f), data.sigma(f));
        }
    }
    return text;
}

std::string info_text(const Model& model) {
    std::string text = "# What the other files of this model cannot say: units and origin\nunits metal\n";
    for (auto [keyword, value] : model.info) {
        if (keyword.empty() || keyword.find_first_of(" \t\r\n#!") != std::string::npos) {
            throw InvalidInput("model.info: a keyword must be one word without # and !, got '" + keyword + "'");
        }
        std::replace_if(value.begin(), value.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
        if (keyword != "units") text += keyword + " " + value + "\n";
    }
    return text;
}

void require_directory(const path& directory) {
    std::error_code error;
    if (std::filesystem::exists(directory / "forces.nn", error)) {
        throw_file_error(directory, 0,
                         "holds direct force networks, which have no energy; expected a potential "
                         "(input.nn); in Python nnpot.load_direct_forces reads it");
    }
    if (std::filesystem::is_directory(directory, error)) return;
    throw_file_error(directory, 0,
                     "expected a model directory (input.nn, scaling.data, weights.*.data); there is none");
}

Model read_files(const path& root, const std::map<std::string, std::string>& info, const UnitSystem& units) {
    InputFile input = read_input_file(root / "input.nn", units);
    Model model = std::move(input.model);
    model.info = info;
    read_scaling(root / "scaling.data", model);
    for (std::size_t e = 0; e < model.elements.size(); ++e) {
        const path file = root / weights_file_name(model.elements[e].atomic_number);
        model.elements[e].layers = read_weight_table(file, read_word_lines(file), input.architectures[e],
                                                     "the file is cut short or belongs to other symmetry functions");
    }
    model.require_consistent();
    return model;
}

}  // namespace

Model read_model(const std::string& directory, const std::string& units) {
    require_directory(directory);
    const std::map<std::string, std::string> info = read_info(directory);
    return read_files(directory, info, choose_units(directory, info, units));
}

Model read_model(const std::string& directory, const UnitSystem& units) {
    require_directory(directory);
    const std::map<std::string, std::string> info = read_info(directory);
    require_stated_units(directory, info, units);
    return read_files(directory, info, units);
}

void write_model(const Model& model, const std::string& directory) {
    model.require_consistent();
    const path root(directory);
    std::error_code error;
    std::filesystem::create_directories(root, error);
    if (error) throw_file_error(root, 0, "the directory cannot be made (" + error.message() + ")");
    for (const ElementModel& element : model.elements) {
        write_file(root / weights_file_name(element.atomic_number), weight_table_text(element.layers));
    }
    write_file(root / "scaling.data", scaling_text(model));
    write_file(root / "model.info", info_text(model));
    write_file(root / "input.nn", input_file_text(model));
}

}  // namespace nnpot
