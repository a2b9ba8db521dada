#include "input_file.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>

#include "input_keywords.hpp"
#include "keyword_file.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

const std::vector<std::string> repeatable{
    "symfunction_short",        "atom_energy",      "element_nodes_short", "element_hidden_layers_short",
    "element_activation_short", "fixed_gausswidth", "initial_hardness",    "charge"};

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
                          const std::string& message) {
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

std::size_t index_of(const KeywordFile& file, const WordLine& line, const std::vector<ElementModel>& elements,
                     int number) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (elements[i].atomic_number == number) return i;
    }
    file.fail(line, "element '" + element_symbol(number) + "' is not among the 'elements' of this file");
}

std::size_t index_of_symbol(const KeywordFile& file, const WordLine& line, const std::vector<ElementModel>& elements) {
    if (line.words.size() < 3) file.fail(line, "expected an element and a value after '" + line.words[0] + "'");
    const int number = at_line(file, line, [&] { return atomic_number(line.words[1]); });
    return index_of(file, line, elements, number);
}

/// Refuses a second line of @p keyword for one element.
void require_once_per_element(const KeywordFile& file, const std::string& keyword) {
    const std::vector<const WordLine*> lines = file.all(keyword);
    for (auto line = lines.begin(); line != lines.end(); ++line) {
        const auto earlier = std::find_if(lines.begin(), line, [&](const WordLine* other) {
            return other->words.size() > 1 && (*line)->words.size() > 1 && other->words[1] == (*line)->words[1];
        });
        if (earlier == line) continue;
        file.fail(**line, keyword + " of " + (*line)->words[1] + " stands in line " +
                              std::to_string((*earlier)->number) + " already; keep one of the two");
    }
}

void read_atom_energies(const KeywordFile& file, const UnitSystem& units, Model& model) {
    require_once_per_element(file, "atom_energy");
    for (const WordLine* line : file.all("atom_energy")) {
        double energy = 0.0;
        const std::size_t element = index_of_symbol(file, *line, model.elements);
        if (!read_number(line->words[2], energy)) {
            file.fail(*line, "expected a number, got '" + line->words[2] + "'");
        }
        model.elements[element].atom_energy = energy * units.energy;
    }
}

void read_cutoff(const KeywordFile& file, Model& model) {
    const WordLine& line = file.require("cutoff_type");
    const long number = file.require_integer("cutoff_type");
    model.cutoff_type = at_line(file, line, [&] { return cutoff_type_from_number(number); });
    if (line.words.size() > 2 && !read_number(line.words[2], model.cutoff_alpha)) {
        file.fail(line, "expected a number for alpha, got '" + line.words[2] + "'");
    }
}

void read_functions(const KeywordFile& file, const UnitSystem& units, Model& model) {
    for (const WordLine* line : file.all("symfunction_short")) {
        const SymmetryFunction function =
            at_line(file, *line, [&] { return parse_symmetry_function(join(line->words, 1), units.length); });
        at_line(file, *line, [&] { return CutoffFunction(model.cutoff_type, function.cutoff, model.cutoff_alpha); });
        for (const int neighbor : {function.neighbor, function.neighbor2}) {
            if (neighbor != 0) (void)index_of(file, *line, model.elements, neighbor);
        }
        std::vector<SymmetryFunction>& functions =
            model.elements[index_of(file, *line, model.elements, function.center)].functions;
        const bool twice = std::any_of(functions.begin(), functions.end(), [&](const SymmetryFunction& other) {
            return !comes_before(other, function) && !comes_before(function, other);
        });
        if (twice) file.fail(*line, "this symmetry function is given twice; keep one of the two");
        functions.push_back(function);
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

constexpr long largest_layer = 100000;

std::vector<std::size_t> read_sizes(const KeywordFile& file, const WordLine& line, std::size_t first) {
    std::vector<std::size_t> sizes;
    for (std::size_t i = first; i < line.words.size(); ++i) {
        long size = 0;
        if (!read_integer(line.words[i], size) || size < 1 || size > largest_layer) {
            file.fail(line, "expected numbers of nodes from 1 to " + std::to_string(largest_layer) + ", got '" +
                                line.words[i] + "'");
        }
        sizes.push_back(static_cast<std::size_t>(size));
    }
    return sizes;
}

std::string read_letters(const KeywordFile& file, const WordLine& line, std::size_t first) {
    std::string letters;
    for (std::size_t i = first; i < line.words.size(); ++i) {
        if (line.words[i].size() != 1) file.fail(line, "expected one-letter activations, got '" + line.words[i] + "'");
        letters += line.words[i];
        at_line(file, line, [&] {
            require_activation_letter(letters.back());
            return 0;
        });
    }
    return letters;
}

/// Hidden sizes and letters as given for one element, or for all.
struct HiddenLayers {
    long count = -1;
    std::vector<std::size_t> sizes;
    std::string letters;
};

HiddenLayers read_global_layers(const KeywordFile& file) {
    HiddenLayers layers;
    if (file.has("global_hidden_layers_short")) layers.count = file.require_integer("global_hidden_layers_short");
    if (file.has("global_nodes_short")) layers.sizes = read_sizes(file, file.require("global_nodes_short"), 1);
    if (file.has("global_activation_short")) {
        layers.letters = read_letters(file, file.require("global_activation_short"), 1);
    }
    return layers;
}

void override_layers(const KeywordFile& file, const std::vector<ElementModel>& elements, std::size_t element,
                     HiddenLayers& layers) {
    for (const WordLine* line : file.all("element_hidden_layers_short")) {
        if (index_of_symbol(file, *line, elements) != element) continue;
        if (!read_integer(line->words[2], layers.count)) file.fail(*line, "expected a number of hidden layers");
    }
    for (const WordLine* line : file.all("element_nodes_short")) {
        if (index_of_symbol(file, *line, elements) == element) layers.sizes = read_sizes(file, *line, 2);
    }
    for (const WordLine* line : file.all("element_activation_short")) {
        if (index_of_symbol(file, *line, elements) == element) layers.letters = read_letters(file, *line, 2);
    }
    if (layers.count == 0) layers.sizes.clear();
}

Architecture make_architecture(const KeywordFile& file, const ElementModel& element, const HiddenLayers& layers) {
    const std::size_t n = layers.sizes.size();
    if (layers.count < 0 || static_cast<std::size_t>(layers.count) != n || layers.letters.size() != n + 1) {
        fail_at(file, {"global_hidden_layers_short", "global_nodes_short", "global_activation_short"},
                "the network of " + element_symbol(element.atomic_number) + " is not defined whole: hidden layers " +
                    std::to_string(layers.count) + ", node numbers " + std::to_string(n) + ", activations " +
                    std::to_string(layers.letters.size()) +
                    " (expected one per hidden layer and one for the output); see global_hidden_layers_short, "
                    "global_nodes_short and global_activation_short");
    }
    Architecture architecture;
    architecture.sizes.push_back(element.functions.size());
    architecture.sizes.insert(architecture.sizes.end(), layers.sizes.begin(), layers.sizes.end());
    architecture.sizes.push_back(1);
    architecture.activations = layers.letters;
    architecture.normalize_nodes = file.has("normalize_nodes");
    return architecture;
}

void require_short_range(const KeywordFile& file) {
    const WordLine* const line = file.find("nnp_type");
    if (line == nullptr) return;
    const std::string kind = line->words.size() > 1 ? line->words[1] : "";
    if (kind == "2G-HDNNP" || kind == "2") return;
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
        if (!read_number(line->words[2], charges[element.atomic_number])) {
            file.fail(*line, "expected a number, got '" + line->words[2] + "'");
        }
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
            if (file.has(keyword)) file.fail(*file.find(keyword), std::string(keyword) + " stands without long_range");
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

void warn_of_unknown_keywords(const KeywordFile& file, Model& model) {
    for (const WordLine& line : file.lines()) {
        const std::string& keyword = line.words[0];
        if (is_known_keyword(keyword)) continue;
        model.warnings.push_back(file.path().string() + ":" + std::to_string(line.number) + ": keyword '" + keyword +
                                 "' is not known and was ignored");
    }
}

}  // namespace

InputFile read_input_file(const std::filesystem::path& path, const UnitSystem& units) {
    const KeywordFile file(path, repeatable);
    require_short_range(file);
    InputFile input;
    Model& model = input.model;
    model.elements = read_elements(file);
    read_atom_energies(file, units, model);
    read_cutoff(file, model);
    read_functions(file, units, model);
    read_scaling_mode(file, model);
    read_normalization(file, units, model);
    read_long_range(file, units, model);
    const HiddenLayers global = read_global_layers(file);
    for (const char* keyword : {"element_hidden_layers_short", "element_nodes_short", "element_activation_short"}) {
        require_once_per_element(file, keyword);
    }
    for (std::size_t e = 0; e < model.elements.size(); ++e) {
        HiddenLayers layers = global;
        override_layers(file, model.elements, e, layers);
        input.architectures.push_back(make_architecture(file, model.elements[e], layers));
    }
    warn_of_unknown_keywords(file, model);
    return input;
}

}  // namespace nnpot
