#include "input_keywords.hpp"

#include <algorithm>
#include <vector>

namespace nnpot {
namespace {

/// Beginnings of keywords that matter to training only, or not at all: read past without a word.
const std::vector<std::string> training_keywords{"random_seed",
                                                 "test_fraction",
                                                 "epochs",
                                                 "normalize_data_set",
                                                 "use_short_",
                                                 "use_old_weights",
                                                 "use_systematic_weights",
                                                 "force_",
                                                 "energy_fraction",
                                                 "charge_fraction",
                                                 "rmse_threshold",
                                                 "short_",
                                                 "weights_m",
                                                 "nguyen_widrow",
                                                 "precondition",
                                                 "main_error",
                                                 "write_",
                                                 "repeated_energy",
                                                 "updater_",
                                                 "parallel_",
                                                 "jacobian_",
                                                 "update_strategy",
                                                 "selection_mode",
                                                 "task_batch_size",
                                                 "gradient_",
                                                 "kalman_",
                                                 "memorize_symfunc",
                                                 "conv_charge",
                                                 "optmode",
                                                 "fitting_unit",
                                                 "points_in_memory",
                                                 "mix_all_points",
                                                 "remove_atom_energies",
                                                 "runner_mode",
                                                 "nn_type_short",
                                                 "debug_mode",
                                                 "detailed_timing",
                                                 "check_",
                                                 "bond_threshold",
                                                 "calculate_",
                                                 "print_"};

bool is_for_training(const std::string& keyword) {
    return std::any_of(training_keywords.begin(), training_keywords.end(),
                       [&](const std::string& beginning) { return keyword.rfind(beginning, 0) == 0; });
}

const std::vector<std::string> known_keywords{"number_of_elements",
                                              "elements",
                                              "atom_energy",
                                              "cutoff_type",
                                              "symfunction_short",
                                              "scale_symmetry_functions",
                                              "center_symmetry_functions",
                                              "scale_symmetry_functions_sigma",
                                              "scale_min_short",
                                              "scale_max_short",
                                              "global_hidden_layers_short",
                                              "global_nodes_short",
                                              "global_activation_short",
                                              "element_hidden_layers_short",
                                              "element_nodes_short",
                                              "element_activation_short",
                                              "normalize_nodes",
                                              "mean_energy",
                                              "conv_energy",
                                              "conv_length",
                                              "nnp_type",
                                              "long_range",
                                              "ewald_alpha",
                                              "ewald_real_cutoff",
                                              "charge"};

}  // namespace

bool is_known_keyword(const std::string& keyword) {
    return std::find(known_keywords.begin(), known_keywords.end(), keyword) != known_keywords.end() ||
           is_for_training(keyword);
}

}  // namespace nnpot
