#include "nnpot/model_directory.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "equal_functions.hpp"
#include "input_file.hpp"
#include "keyword_file.hpp"
#include "model_files.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/run_directory.hpp"
#include "nnpot/scaling_file.hpp"
#include "text.hpp"
#include "weight_table.hpp"

namespace nnpot {
namespace {

using std::filesystem::path;

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

void read_model_scaling(const path& file, Model& model) {
    std::vector<std::size_t> counts;
    for (const ElementModel& element : model.elements) counts.push_back(element.functions.size());
    std::vector<ScalingData> found = read_scaling(file.string(), counts, model.scaling_mode == ScalingMode::sigma);
    for (std::size_t e = 0; e < found.size(); ++e) model.elements[e].scaling = std::move(found[e]);
    try {
        for (const ElementModel& element : model.elements) {
            const std::string symbol = element_symbol(element.atomic_number);
            (void)Scaler(model.scaling_mode, element.scaling, model.scale_min, model.scale_max, symbol);
        }
    } catch (const InvalidInput& error) {
        throw_file_error(file, 0, error.what());
    }
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

/// What else a directory with a model may hold, by the file that tells.
constexpr std::pair<const char*, const char*> other_kinds[] = {
    {"features.nn",
     "is a model of feature files: it gives energies of features and knows no positions, so it has no forces; use "
     "nnpot predict, nnpot evaluate or nnpot.load_feature_model with it"},
    {"forces.nn",
     "holds direct force networks, which have no energy; expected a potential (input.nn); in Python "
     "nnpot.load_direct_forces reads it"},
};

void require_directory(const path& directory) {
    std::error_code error;
    if (std::filesystem::exists(directory / "input.nn", error)) return;
    for (const auto& [file, what] : other_kinds) {
        if (std::filesystem::exists(directory / file, error)) throw_file_error(directory, 0, what);
    }
    require_no_run(directory.string());
    const bool is_there = std::filesystem::is_directory(directory, error);
    throw_file_error(is_there ? directory / "input.nn" : directory, 0,
                     "expected a model directory (input.nn, scaling.data, weights.*.data); there is none");
}

Model read_files(const path& root, const std::map<std::string, std::string>& info, const UnitSystem& units) {
    InputFile input = read_input_file(root / "input.nn", units);
    Model model = std::move(input.model);
    model.info = info;
    read_model_scaling(root / "scaling.data", model);
    for (std::size_t e = 0; e < model.elements.size(); ++e) {
        const path file = root / weights_file_name(model.elements[e].atomic_number);
        model.elements[e].layers = read_weight_table(read_word_file(file), input.architectures[e],
                                                     "the file is cut short or belongs to other symmetry functions");
    }
    for (std::string& warning : check_other_files(root, model)) model.warnings.push_back(std::move(warning));
    try {
        join_equal_functions(model);
        model.require_consistent();
    } catch (const InvalidInput& error) {
        throw_file_error(root, 0, error.what());
    }
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
    std::vector<ScalingData> scaling;
    for (const ElementModel& element : model.elements) scaling.push_back(element.scaling);
    write_scaling(scaling, (root / "scaling.data").string());
    write_file(root / "model.info", info_text(model));
    write_file(root / "input.nn", input_file_text(model));
}

}  // namespace nnpot
