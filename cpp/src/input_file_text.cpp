#include <string>

#include "input_file.hpp"
#include "nnpot/element.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

std::string line(const std::string& keyword, const std::string& values = "") {
    return values.empty() ? keyword + "\n" : keyword + " " + values + "\n";
}

std::string element_lines(const Model& model) {
    std::string symbols;
    for (const ElementModel& element : model.elements) {
        symbols += (symbols.empty() ? "" : " ") + element_symbol(element.atomic_number);
    }
    std::string text = line("number_of_elements", std::to_string(model.elements.size())) + line("elements", symbols);
    for (const ElementModel& element : model.elements) {
        text += line("atom_energy", element_symbol(element.atomic_number) + " " + to_text(element.atom_energy));
    }
    return text;
}

std::string scaling_lines(const Model& model) {
    std::string text;
    const ScalingMode mode = model.scaling_mode;
    if (mode == ScalingMode::scale || mode == ScalingMode::scale_center) text += line("scale_symmetry_functions");
    if (mode == ScalingMode::center || mode == ScalingMode::scale_center) text += line("center_symmetry_functions");
    if (mode == ScalingMode::sigma) text += line("scale_symmetry_functions_sigma");
    return text + line("scale_min_short", to_text(model.scale_min)) + line("scale_max_short", to_text(model.scale_max));
}

std::string normalization_lines(const Model& model) {
    if (model.mean_energy == 0.0 && model.energy_per_output == 1.0) return "";
    return line("mean_energy", to_text(model.mean_energy)) +
           line("conv_energy", to_text(1.0 / model.energy_per_output)) + line("conv_length", "1");
}

std::string long_range_lines(const Model& model) {
    if (!model.long_range) return "";
    const LongRange& long_range = *model.long_range;
    std::string text =
        "# Charges (e), beside the networks; a program that does not know them leaves their energy out\n";
    text += line("long_range", long_range.with_real_space ? "full" : "reciprocal");
    text += line("ewald_alpha", to_text(long_range.alpha));
    if (long_range.with_real_space) text += line("ewald_real_cutoff", to_text(long_range.real_cutoff));
    for (const auto& [number, charge] : long_range.charges) {
        text += line("charge", element_symbol(number) + " " + to_text(charge));
    }
    return text;
}

std::string hidden_sizes(const ElementModel& element) {
    std::string text;
    for (std::size_t l = 0; l + 1 < element.layers.size(); ++l) {
        text += (l > 0 ? " " : "") + std::to_string(element.layers[l].weights.n_cols);
    }
    return text;
}

/// On one line, but for two layers of which the first has so few nodes that it could be the number of a layer.
std::string node_lines(const ElementModel& element, const std::string& symbol) {
    const bool ambiguous = element.layers.size() == 3 && element.layers[0].weights.n_cols <= 2;
    if (!ambiguous) return line("element_nodes_short", symbol + hidden_sizes(element));
    return line("element_nodes_short", symbol + "1 " + std::to_string(element.layers[0].weights.n_cols)) +
           line("element_nodes_short", symbol + "2 " + std::to_string(element.layers[1].weights.n_cols));
}

std::string activations(const ElementModel& element) {
    std::string text;
    for (const Layer& layer : element.layers) text += (text.empty() ? "" : " ") + std::string(1, layer.activation);
    return text;
}

std::string network_lines(const Model& model) {
    const ElementModel& first = model.elements.front();
    std::string text = line("global_hidden_layers_short", std::to_string(first.layers.size() - 1)) +
                       line("global_activation_short", activations(first));
    if (first.layers.size() > 1) text += line("global_nodes_short", hidden_sizes(first));
    for (const ElementModel& element : model.elements) {
        const std::string symbol = element_symbol(element.atomic_number) + " ";
        if (element.layers.size() != first.layers.size()) {
            text += line("element_hidden_layers_short", symbol + std::to_string(element.layers.size() - 1));
        }
        if (element.layers.size() > 1 && hidden_sizes(element) != hidden_sizes(first)) {
            text += node_lines(element, symbol);
        }
        if (activations(element) != activations(first)) {
            text += line("element_activation_short", symbol + activations(element));
        }
    }
    return text;
}

std::string function_lines(const Model& model) {
    std::string text;
    bool beyond_n2p2 = false;
    for (const ElementModel& element : model.elements) {
        for (const SymmetryFunction& function : element.functions) {
            text += line("symfunction_short", to_text(function));
            beyond_n2p2 = beyond_n2p2 || function.type == 1 || function.type == 4;
        }
    }
    return (beyond_n2p2 ? "# n2p2 does not know the symmetry function types 1 and 4 below\n" : "") + text;
}

}  // namespace

std::string input_file_text(const Model& model) {
    const auto cutoff_number = std::to_string(static_cast<int>(model.cutoff_type));
    return "# Behler-Parrinello potential written by nnpot. Units: eV, Angstrom\n" + element_lines(model) +
           line("cutoff_type", cutoff_number + " " + to_text(model.cutoff_alpha)) + scaling_lines(model) +
           normalization_lines(model) + long_range_lines(model) + network_lines(model) + function_lines(model);
}

}  // namespace nnpot
