#include "unread_keywords.hpp"

#include <algorithm>
#include <array>

#include "text.hpp"

namespace nnpot {
namespace {

const char* const electrostatics =
    "belongs to the electrostatics of RuNNer and n2p2, which is part of the energy and not read here; put # before it "
    "if the networks alone are meant (nnpot's own charges are the lines long_range and charge)";
const char* const dispersion =
    "belongs to dispersion corrections (van der Waals), which are part of the energy and not read here; put # before "
    "it if the networks alone are meant";
const char* const pairs = "belongs to networks of pairs of atoms, which are not read here; only networks of atoms are";
const char* const hamiltonian =
    "belongs to networks of RuNNer for other quantities than the energy of an atom, which "
    "are not read here";
const char* const committee =
    "makes the energy that of a committee, which is not read from one input.nn; give the directories of its members";
const char* const short_form =
    "stands for many functions (RuNNer) and is not read; write each of them as a line symfunction_short";
const char* const second_version =
    "belongs to the input.nn of RuNNer 2, which is not read; expected the keywords of RuNNer 1 and n2p2";

/// A name, or its beginning or end beside a *; and the value that makes the line harmless.
struct Unread {
    const char* pattern;
    const char* reason;
    const char* harmless = "";
};

const std::array unread{
    Unread{"use_electrostatics", electrostatics},
    Unread{"use_electrostatic_nn", electrostatics},
    Unread{"use_fixed_charges", electrostatics},
    Unread{"use_gausswidth", electrostatics},
    Unread{"electrostatic_type", electrostatics},
    Unread{"nn_type_elec", electrostatics},
    Unread{"fixed_charge", electrostatics},
    Unread{"fixed_gausswidth", electrostatics},
    Unread{"initial_hardness", electrostatics},
    Unread{"screen_electrostatics", electrostatics},
    Unread{"enforce_totcharge", electrostatics, "0"},
    Unread{"ewald_cutoff", electrostatics},
    Unread{"ewald_kmax", electrostatics},
    Unread{"ewald_prec", electrostatics},
    Unread{"ewald_truncation_error_method", electrostatics},
    Unread{"four_pi_epsilon", electrostatics},
    Unread{"scale_min_elec", electrostatics},
    Unread{"scale_max_elec", electrostatics},
    Unread{"*_electrostatic", electrostatics},
    Unread{"global_symfunction_elec", electrostatics},
    Unread{"predict_electrostatics", electrostatics},
    Unread{"elec_method", electrostatics},
    Unread{"qeq_method", electrostatics},
    Unread{"electrostatics_precision", electrostatics},
    Unread{"use_vdw", dispersion},
    Unread{"nn_type_vdw", dispersion},
    Unread{"cutoff_vdw", dispersion},
    Unread{"vdw_*", dispersion},
    Unread{"nn_type_short",
           "says which kind of network it is (RuNNer), and only 1, networks of atoms, is read: 2, networks of pairs, "
           "gives another energy",
           "1"},
    Unread{"global_output_nodes_short",
           "says how many outputs a network has (early RuNNer), and only 1, the energy of an atom, is read", "1"},
    Unread{"nn_type",
           "means a generation in n2p2 and another kind of network in RuNNer; write nnp_type 2 for networks of "
           "atoms without charges"},
    Unread{
        "cutoff_alpha",
        "is RuNNer's inner fraction of the cutoff; write it as the second value of cutoff_type, 'cutoff_type T ALPHA'",
        "0"},
    Unread{"*_pair", pairs},
    Unread{"*pairsymfunction_short", pairs},
    Unread{"use_hamiltonian", hamiltonian},
    Unread{"nn_type_nntb", hamiltonian},
    Unread{"basis", hamiltonian},
    Unread{"*_ham", hamiltonian},
    Unread{"*_hextoff", hamiltonian},
    Unread{"*_dens", hamiltonian},
    Unread{"global_symfunction_nntb_*", hamiltonian},
    Unread{"symfunction_nntb_*", hamiltonian},
    Unread{"element_hamsymfunction", hamiltonian},
    Unread{"committee_mode", committee, "disabled"},
    Unread{"committee_*", committee},
    Unread{"num_committee_members", committee, "1"},
    Unread{"global_symfunction_short", short_form},
    Unread{"global_symfunction_short_atomic", short_form},
    Unread{"element_symfunction_short", short_form},
    Unread{"fc_*", second_version},
    Unread{"default_*", second_version},
    Unread{"scale_feature_maps", second_version},
    Unread{"center_feature_maps", second_version},
    Unread{"feature_map*", second_version},
};

/// Keywords of training, of files and of what is printed: n2p2, RuNNer 1, RuNNer 2.
constexpr std::array training{"analyze_composition",
                              "analyze_error*",
                              "batchsize_*",
                              "biasweights_*",
                              "bond_threshold",
                              "calculate_*",
                              "charge_error_threshold",
                              "charge_fraction",
                              "charge_group",
                              "charge_grouping_by_structure",
                              "charge_update_scaling",
                              "check_*",
                              "conv_charge",
                              "cost_frequency",
                              "data_clustering",
                              "debug_mode",
                              "detailed_timing*",
                              "dont_use_old_scaling",
                              "dont_use_old_weights",
                              "dynamic_force_grouping",
                              "energy_fraction",
                              "energy_threshold",
                              "enforce_max_num_neighbors_atomic",
                              "environment_analysis",
                              "epochs",
                              "feature_extrapolation_threshold",
                              "find_contradictions",
                              "fitmode",
                              "fitting_unit",
                              "fix_weights",
                              "fixed_short_energy_error_threshold",
                              "fixed_short_force_error_threshold",
                              "force_energy_ratio",
                              "force_fraction",
                              "force_grouping_by_structure",
                              "force_threshold",
                              "force_update_scaling",
                              "force_weight",
                              "gradient_*",
                              "growth_mode",
                              "initialization_only",
                              "ion_forces_only",
                              "jacobian_mode",
                              "joint_energy_force_update",
                              "kalman_*",
                              "loss_threshold_*",
                              "main_error_metric",
                              "max_energy",
                              "max_force",
                              "max_ram_size",
                              "md_mode",
                              "memorize_symfunc*",
                              "minimum_image_convention",
                              "mix_all_points",
                              "model_type_short",
                              "nblock",
                              "nguyen_widrow*",
                              "noise_charge",
                              "noise_energy",
                              "noise_force",
                              "normalize_data_set",
                              "opt",
                              "optimizer",
                              "optmode*",
                              "parallel_mode",
                              "points_in_memory",
                              "precondition_weights",
                              "prepare_md",
                              "print_*",
                              "random_number_type",
                              "random_order_training",
                              "random_seed",
                              "random_seed_*",
                              "read_kalman_matrices",
                              "read_unformatted",
                              "regularize_fit_param",
                              "remove_atom_energies",
                              "remove_vdw_energies",
                              "repeated_energy_update",
                              "reset_kalman",
                              "restrict_weights",
                              "rmse_threshold*",
                              "runner_mode",
                              "save_kalman_matrices",
                              "selection_mode*",
                              "separate_bias_ini_short",
                              "separate_kalman_short",
                              "short_energy_*",
                              "short_force_*",
                              "shuffle_weights_*",
                              "silent_mode",
                              "steepest_descent_*",
                              "symfunction_correlation",
                              "task_batch_size*",
                              "test_fraction",
                              "total_charge_error_threshold",
                              "train_pes",
                              "update_single_element",
                              "update_strategy",
                              "update_worst_*",
                              "updater_type",
                              "use_atom_charges",
                              "use_atom_energies",
                              "use_charge_constraint",
                              "use_damping",
                              "use_energy",
                              "use_forces",
                              "use_ipi",
                              "use_noisematrix",
                              "use_old_scaling",
                              "use_old_weights_*",
                              "use_omp_mkl",
                              "use_short_forces",
                              "use_short_nn",
                              "use_systematic_weights_*",
                              "verbosity",
                              "weight_analysis",
                              "weight_constraint",
                              "weighte_constraint",
                              "weights_max",
                              "weights_min",
                              "weightse_max",
                              "weightse_min",
                              "write_*"};

bool matches(const std::string& keyword, const std::string& pattern) {
    const std::size_t star = pattern.find('*');
    if (star == std::string::npos) return keyword == pattern;
    const std::size_t end = pattern.size() - star - 1;
    return keyword.size() >= pattern.size() - 1 && keyword.compare(0, star, pattern, 0, star) == 0 &&
           keyword.compare(keyword.size() - end, end, pattern, star + 1, end) == 0;
}

bool is_of_training(const std::string& keyword) {
    return std::any_of(training.begin(), training.end(),
                       [&](const char* pattern) { return matches(keyword, pattern); });
}

/// Whether a line has one value and that is the harmless one, in whatever spelling of a number.
bool is_harmless(const std::vector<std::string>& words, const std::string& harmless) {
    if (harmless.empty() || words.size() != 2) return false;
    double value = 0.0, wanted = 0.0;
    const bool numbers = read_number(words[1], value) && read_number(harmless, wanted);
    return numbers ? value == wanted : words[1] == harmless;
}

}  // namespace

std::string reason_not_to_read(const std::vector<std::string>& words) {
    if (is_of_training(words[0])) return "";
    for (const Unread& entry : unread) {
        if (matches(words[0], entry.pattern)) return is_harmless(words, entry.harmless) ? "" : entry.reason;
    }
    return "";
}

bool is_passed_over(const std::string& keyword) {
    return is_of_training(keyword) || std::any_of(unread.begin(), unread.end(),
                                                  [&](const Unread& entry) { return matches(keyword, entry.pattern); });
}

}  // namespace nnpot
