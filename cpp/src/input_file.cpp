#include "input_file.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "input_keywords.hpp"
#include "input_lines.hpp"
#include "input_networks.hpp"
#include "keyword_file.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

std::vector<ElementModel> read_elements(const KeywordFile& file) {
    const long count = file.require_integer("number_of_elements");
    const WordLine& line = file.require("elements");
    if (static_cast<long>(line.words.size()) - 1 != count) {
        file.fail(line, "number_of_elements is " + std::to_string(count) + ", but " +
                            std::to_string(line.words.size() - 1) + " elements are named");
    }
    std::vector<ElementModel> elements;
    for (std::size_t i = 1; i < line.words.size(); ++i) {
        elements.emplace_back();
        elements.back().atomic_number = at_line(file, line, [&] { return atomic_number(line.words[i]); });
    }
    std::sort(elements.begin(), elements.end(),
              [](const ElementModel& a, const ElementModel& b) { return a.atomic_number < b.atomic_number; });
    for (std::size_t i = 1; i < elements.size(); ++i) {
        if (elements[i].atomic_number == elements[i - 1].atomic_number) file.fail(line, "an element is named twice");
    }
    return elements;
}

void read_atom_energies(const KeywordFile& file, const UnitSystem& units, Model& model) {
    require_once_per_element(file, "atom_energy");
    std::set<int> without;
    for (const ElementModel& element : model.elements) without.insert(element.atomic_number);
    for (const WordLine* line : file.all("atom_energy")) {
        const std::size_t element = index_of_symbol(file, *line, model.elements);
        model.elements[element].atom_energy = number_at(file, *line, 2) * units.energy;
        without.erase(model.elements[element].atomic_number);
    }
    if (without.empty() || without.size() == model.elements.size()) return;
    model.warnings.push_back(file.path().string() + ": atom_energy of " + element_symbol(*without.begin()) +
                             " is missing, though other elements have one; taken as 0");
}

void read_cutoff(const KeywordFile& file, Model& model) {
    const WordLine& line = file.require("cutoff_type");
    const long number = file.require_integer("cutoff_type");
    model.cutoff_type = at_line(file, line, [&] { return cutoff_type_from_number(number); });
    if (line.words.size() > 2) model.cutoff_alpha = number_at(file, line, 2);
}

void read_functions(const KeywordFile& file, const UnitSystem& units, Model& model) {
    for (const WordLine* line : file.all("symfunction_short")) {
        const SymmetryFunction function =
            at_line(file, *line, [&] { return parse_symmetry_function(join(line->words, 1), units.length); });
        at_line(file, *line, [&] { return CutoffFunction(model.cutoff_type, function.cutoff, model.cutoff_alpha); });
        for (const int neighbor : {function.neighbor, function.neighbor2}) {
            if (neighbor != 0) (void)index_of(file, *line, model.elements, neighbor);
        }
        model.elements[index_of(file, *line, model.elements, function.center)].functions.push_back(function);
    }
    for (ElementModel& element : model.elements) {
        if (element.functions.empty()) {
            throw_file_error(file.path(), 0,
                             "element " + element_symbol(element.atomic_number) + " has no symfunction_short line");
        }
        std::sort(element.functions.begin(), element.functions.end(), comes_before);
    }
}

void read_scaling_mode(const KeywordFile& file, Model& model) {
    const bool scale = file.has("scale_symmetry_functions");
    const bool center = file.has("center_symmetry_functions");
    if (scale) {
        model.scaling_mode = center ? ScalingMode::scale_center : ScalingMode::scale;
    } else if (center) {
        model.scaling_mode = ScalingMode::center;
    } else if (file.has("scale_symmetry_functions_sigma")) {
        model.scaling_mode = ScalingMode::sigma;
    }
    model.scale_min = file.number("scale_min_short", 0.0);
    model.scale_max = file.number("scale_max_short", 1.0);
    if (model.scale_max <= model.scale_min) {
        fail_at(file, {"scale_max_short", "scale_min_short"}, "scale_max_short must be larger than scale_min_short");
    }
}

void read_normalization(const KeywordFile& file, const UnitSystem& units, Model& model) {
    const int given = file.has("mean_energy") + file.has("conv_energy") + file.has("conv_length");
    model.energy_per_output = units.energy;
    if (given == 0) return;
    if (given != 3) {
        fail_at(file, {"mean_energy", "conv_energy", "conv_length"},
                "mean_energy, conv_energy and conv_length must be given all three or not at all");
    }
    const double conv_energy = file.number("conv_energy", 1.0);
    for (const char* keyword : {"conv_energy", "conv_length"}) {
        if (file.number(keyword, 1.0) <= 0.0) fail_at(file, {keyword}, std::string(keyword) + " must be > 0");
    }
    model.mean_energy = file.number("mean_energy", 0.0) * units.energy;
    model.energy_per_output = units.energy / conv_energy;
}

void require_short_range(const KeywordFile& file) {
    const WordLine* const line = file.find("nnp_type");
    if (line == nullptr) return;
    const std::string kind = line->words.size() > 1 ? line->words[1] : "";
    if (kind == "2G-HDNNP" || kind == "2G" || kind == "2") return;
    file.fail(*line, "only potentials of type 2G-HDNNP can be read, got '" + kind + "'");
}

/// The value of a keyword that goes with long_range; above 0.
double positive_number(const KeywordFile& file, const WordLine& long_range, const char* keyword) {
    if (!file.has(keyword)) file.fail(long_range, "long_range needs '" + std::string(keyword) + " VALUE' as well");
    const double value = file.number(keyword, 0.0);
    if (!(value > 0.0)) file.fail(*file.find(keyword), std::string(keyword) + " must be > 0");
    return value;
}

void read_charges(const KeywordFile& file, const WordLine& long_range, Model& model) {
    require_once_per_element(file, "charge");
    std::map<int, double>& charges = model.long_range->charges;
    for (const WordLine* line : file.all("charge")) {
        const ElementModel& element = model.elements[index_of_symbol(file, *line, model.elements)];
        charges[element.atomic_number] = number_at(file, *line, 2);
    }
    for (const ElementModel& element : model.elements) {
        if (charges.count(element.atomic_number) > 0) continue;
        const std::string symbol = element_symbol(element.atomic_number);
        file.fail(long_range, "long_range needs a charge of every element; add 'charge " + symbol + " VALUE'");
    }
}

/// A charge for each element, and how their Coulomb energy is summed.
void read_long_range(const KeywordFile& file, const UnitSystem& units, Model& model) {
    const WordLine* const line = file.find("long_range");
    if (line == nullptr) {
        for (const char* keyword : {"charge", "ewald_alpha", "ewald_real_cutoff"}) {
            const WordLine* const other = file.find(keyword);
            if (other == nullptr) continue;
            file.fail(*other, std::string(keyword) +
                                  " stands without long_range; add that line if charges are part "
                                  "of the model, or put # before this one");
        }
        return;
    }
    const std::string form = join(line->words, 1);
    if (form != "full" && form != "reciprocal") {
        file.fail(*line, "expected 'long_range full' or 'long_range reciprocal', got 'long_range " + form + "'");
    }
    LongRange& long_range = model.long_range.emplace();
    long_range.with_real_space = form == "full";
    long_range.alpha = positive_number(file, *line, "ewald_alpha") / units.length;
    if (long_range.with_real_space) {
        long_range.real_cutoff = positive_number(file, *line, "ewald_real_cutoff") * units.length;
    } else if (file.has("ewald_real_cutoff")) {
        fail_at(file, {"ewald_real_cutoff"}, "ewald_real_cutoff goes with 'long_range full' only; remove it");
    }
    read_charges(file, *line, model);
}

}  // namespace

InputFile read_input_file(const std::filesystem::path& path, const UnitSystem& units) {
    const KeywordFile file(path);
    require_short_range(file);
    InputFile input;
    Model& model = input.model;
    model.warnings = check_keywords(file);
    require_whole_end(file);
    model.elements = read_elements(file);
    read_atom_energies(file, units, model);
    read_cutoff(file, model);
    read_functions(file, units, model);
    read_scaling_mode(file, model);
    read_normalization(file, units, model);
    read_long_range(file, units, model);
    input.architectures = read_architectures(file, model.elements);
    return input;
}

}  // namespace nnpot
