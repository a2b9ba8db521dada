#include "input_networks.hpp"

#include <algorithm>
#include <string>

#include "input_lines.hpp"
#include "nnpot/element.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

constexpr long largest_layer = 100000;  // nodes
constexpr long largest_count = 1000;    // hidden layers

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
        long node = 0;
        if (line.words[0] == "element_activation_short" && read_integer(line.words[i], node)) {
            file.fail(line,
                      "activations of single nodes (RuNNer's 'element LAYER NODE letter') are not read; expected "
                      "a letter for each hidden layer and one for the output");
        }
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

void require_sensible_count(const KeywordFile& file, const WordLine& line, long count) {
    if (count >= 0 && count <= largest_count) return;
    file.fail(line,
              "expected from 0 to " + std::to_string(largest_count) + " hidden layers, got " + std::to_string(count));
}

HiddenLayers read_global_layers(const KeywordFile& file) {
    HiddenLayers layers;
    if (const WordLine* const line = file.find("global_hidden_layers_short")) {
        layers.count = file.require_integer("global_hidden_layers_short");
        require_sensible_count(file, *line, layers.count);
    }
    if (file.has("global_nodes_short")) layers.sizes = read_sizes(file, file.require("global_nodes_short"), 1);
    if (file.has("global_activation_short")) {
        layers.letters = read_letters(file, file.require("global_activation_short"), 1);
    }
    return layers;
}

/// The lines of a keyword that belong to one element.
std::vector<const WordLine*> lines_of(const KeywordFile& file, const std::string& keyword,
                                      const std::vector<ElementModel>& elements, std::size_t element) {
    std::vector<const WordLine*> own;
    for (const WordLine* line : file.all(keyword)) {
        if (index_of_symbol(file, *line, elements) == element) own.push_back(line);
    }
    return own;
}

/// Whether a line may be RuNNer's `element_nodes_short EL LAYER N`.
bool names_layer(const WordLine& line, long n_layers) {
    long layer = 0;
    return line.words.size() == 4 && read_integer(line.words[2], layer) && layer >= 1 && layer <= n_layers;
}

/// RuNNer's form, a line for each layer that differs from the others.
void read_layer_by_layer(const KeywordFile& file, const std::vector<const WordLine*>& lines, HiddenLayers& layers) {
    const auto n_layers = static_cast<std::size_t>(layers.count);
    if (layers.sizes.size() != n_layers) layers.sizes.assign(n_layers, 0);
    std::vector<const WordLine*> given(n_layers, nullptr);
    for (const WordLine* line : lines) {
        const auto layer = static_cast<std::size_t>(std::stol(line->words[2])) - 1;
        if (given[layer] != nullptr) {
            file.fail(*line, "the nodes of layer " + line->words[2] + " of " + line->words[1] + " stand in line " +
                                 std::to_string(given[layer]->number) + " already; keep one of the two");
        }
        given[layer] = line;
        layers.sizes[layer] = read_sizes(file, *line, 3)[0];
    }
    for (std::size_t layer = 0; layer < n_layers; ++layer) {
        if (layers.sizes[layer] > 0) continue;
        file.fail(*lines.back(), "the nodes of hidden layer " + std::to_string(layer + 1) + " of " +
                                     lines.back()->words[1] + " are missing; expected a line for each layer");
    }
}

/// Either all layers on one line (n2p2, nnpot) or a line for each (RuNNer).
void override_nodes(const KeywordFile& file, const std::vector<const WordLine*>& lines, HiddenLayers& layers) {
    if (lines.empty()) return;
    const WordLine& first = *lines.front();
    const bool all_name_layers =
        std::all_of(lines.begin(), lines.end(), [&](const WordLine* line) { return names_layer(*line, layers.count); });
    if (!all_name_layers || (lines.size() == 1 && layers.count == 1)) {
        require_once_per_element(file, "element_nodes_short");
        layers.sizes = read_sizes(file, first, 2);
        return;
    }
    if (lines.size() == 1 && layers.count == 2) {
        const std::string &layer = first.words[2], &n = first.words[3];
        file.fail(first, "'" + join(first.words, 0) + "' may mean hidden layers of " + layer + " and " + n +
                             " nodes, or " + n + " nodes in layer " + layer +
                             " (RuNNer); write a line 'element LAYER NODES' for each of the two layers");
    }
    read_layer_by_layer(file, lines, layers);
}

void override_layers(const KeywordFile& file, const std::vector<ElementModel>& elements, std::size_t element,
                     HiddenLayers& layers) {
    for (const WordLine* line : lines_of(file, "element_hidden_layers_short", elements, element)) {
        if (!read_integer(line->words[2], layers.count)) file.fail(*line, "expected a number of hidden layers");
        require_sensible_count(file, *line, layers.count);
    }
    override_nodes(file, lines_of(file, "element_nodes_short", elements, element), layers);
    for (const WordLine* line : lines_of(file, "element_activation_short", elements, element)) {
        layers.letters = read_letters(file, *line, 2);
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

}  // namespace

std::vector<Architecture> read_architectures(const KeywordFile& file, const std::vector<ElementModel>& elements) {
    const HiddenLayers global = read_global_layers(file);
    for (const char* keyword : {"element_hidden_layers_short", "element_activation_short"}) {
        require_once_per_element(file, keyword);
    }
    std::vector<Architecture> architectures;
    for (std::size_t e = 0; e < elements.size(); ++e) {
        HiddenLayers layers = global;
        override_layers(file, elements, e, layers);
        architectures.push_back(make_architecture(file, elements[e], layers));
    }
    return architectures;
}

}  // namespace nnpot
