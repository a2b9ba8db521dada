#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "model_refusal.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/model_directory.hpp"
#include "reference.hpp"

using model_refusal::contains;
using model_refusal::refusal;
using model_refusal::replaced;
using model_refusal::without_line_end;
using reference::read_text;
using reference::write_text;

TEST_CASE("an input file that is wrong is refused by line") {
    const auto input = [](const std::string& from, const std::string& to) { return refusal("input.nn", from, to); };
    CHECK(contains(input("elements H O", "elements H"), "number_of_elements is 2, but 1"));
    CHECK(contains(input("elements H O", "elements H Xx"), "'Xx' is not the symbol"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 11 0"), "cutoff type must be from 0 to 8, got 11"));
    CHECK(contains(input("cutoff_type 1 0", "cutof_type 1 0"), "is it 'cutoff_type'?"));
    CHECK(contains(input("symfunction_short H 2", "symfunction_short H 26"), "type '26' is not supported"));
    const std::string other_line = "symfunction_short H 23 0 6 p5\nsymfunction_short H 2";
    const std::string message = input("symfunction_short H 2", other_line);
    CAPTURE(message);
    CHECK(contains(message, "input.nn:17: symmetry function: the subtype must be"));
    CHECK(contains(input("symfunction_short H 2", "symfunction_short Si 2"), "'Si' is not among"));
    CHECK(contains(input("global_nodes_short 7 5", "global_nodes_short 7"),
                   "input.nn:11: the network of H is not defined whole"));
    CHECK(contains(input("global_activation_short t p l", "global_activation_short t q l"), "activation 'q'"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 1 0\ncutoff_type 2 0"), "already"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 1 0\nmean_energy 1.0"), "input.nn:7: mean_energy"));
    CHECK(contains(input("cutoff_type 1 0", "mean_energy 1\nconv_energy 2\nconv_length 0\ncutoff_type 1 0"),
                   "input.nn:8: conv_length must be > 0"));
    CHECK(contains(input("scale_max_short 1", "scale_max_short -1"), "input.nn:10: scale_max_short must be larger"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 1 0\nnnp_type 4G-HDNNP"), "2G-HDNNP"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 4294967297 0"), "from 0 to 8, got 4294967297"));
    CHECK(contains(input("global_nodes_short 7 5", "global_nodes_short 4611686018427387904 5"), "from 1 to 100000"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 1 0\natom_energy H 1"), "atom_energy of H stands in line 4"));
    CHECK(contains(input("cutoff_type 1 0", "element_nodes_short H 7 5\nelement_nodes_short H 5 5\ncutoff_type 1 0"),
                   "element_nodes_short of H stands in line"));
}

TEST_CASE("weighted and compact symmetry functions are read back in sorted order") {
    const std::vector<std::string> sorted{"12 0.3 0.5 5", "13 0.02 0.5 1 2 4.5",     "20 O -4 4 e",
                                          "20 O -4 4 p2", "21 H O 0.5 5 20 150 p3a", "22 O O 0 5 -120 120 p1",
                                          "23 0.1 5 p1",  "24 -5 5 60 300 p4",       "25 0.2 4.5 10.5 140 p2a"};
    nnpot::Model model = reference::random_model(1);
    for (nnpot::ElementModel& element : model.elements) {
        const std::string center = nnpot::element_symbol(element.atomic_number) + " ";
        element.functions.clear();
        for (const std::string& text : sorted) {
            element.functions.push_back(nnpot::parse_symmetry_function(center + text));
        }
    }
    const reference::TemporaryDirectory directory;
    nnpot::write_model(model, directory.name());
    const std::string path = directory.name() + "/input.nn";
    write_text(path, replaced(read_text(path), "symfunction_short H 12 0.3 0.5 5\n", "") +
                         "symfunction_short H 12 0.3 0.5 5\n");
    const nnpot::Model read = nnpot::read_model(directory.name());
    REQUIRE(read.warnings.empty());
    for (const nnpot::ElementModel& element : read.elements) {
        const std::string center = nnpot::element_symbol(element.atomic_number) + " ";
        for (std::size_t f = 0; f < sorted.size(); ++f) {
            CHECK(nnpot::to_text(element.functions.at(f)) == center + sorted[f]);
        }
    }
}

namespace {

/// What comes of an input.nn with one more line at its beginning.
std::string with_line(const std::string& line) {
    return refusal("input.nn", [&](const std::string& text) { return line + "\n" + text; });
}

/// The warnings of a model that has one more line in its input.nn.
std::vector<std::string> warnings_with(const std::string& line) {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(reference::random_model(1), directory.name());
    write_text(directory.path() / "input.nn", line + "\n" + read_text(directory.path() / "input.nn"));
    return nnpot::read_model(directory.name()).warnings;
}

}  // namespace

TEST_CASE("a keyword that changes the energy and is not read is refused by its line") {
    for (const std::string line : {"use_electrostatics",
                                   "electrostatic_type 1",
                                   "nn_type_elec 1",
                                   "fixed_charge H 0.4\nfixed_charge O -0.8",
                                   "use_vdw",
                                   "vdw_type 1",
                                   "nn_type_short 2",
                                   "nn_type 1",
                                   "cutoff_alpha 0.5",
                                   "committee_mode prediction",
                                   "num_committee_members 4",
                                   "global_symfunction_short 2 0.1 0 5\nglobal_symfunction_short 2 0.2 0 5",
                                   "element_symfunction_short H 2 0.1 0 5",
                                   "global_nodes_pair 15 15",
                                   "element_pairsymfunction_short H H 1",
                                   "use_hamiltonian",
                                   "screen_electrostatics 4 8",
                                   "use_gausswidth",
                                   "global_output_nodes_short 2",
                                   "global_activation_electrostatic t l",
                                   "fc_hypertangent 1 0 11",
                                   "default_nodes 15 15",
                                   "scale_feature_maps"}) {
        const std::string keyword = line.substr(0, line.find(' ')), message = with_line(line);
        CAPTURE(message);
        CHECK(contains(message, "input.nn:1: '" + keyword + "' "));
    }
    CHECK(contains(with_line("nn_type_short 2"), "networks of pairs, gives another energy"));
    CHECK(contains(with_line("fixed_charge H 0.4\nfixed_charge O -0.8"), "put # before it"));
}

TEST_CASE("the values of such keywords that mean nothing are passed over, and so are keywords of training") {
    for (const std::string line :
         {"nn_type_short 1\nremove_atom_energies", "cutoff_alpha 0.0", "committee_mode disabled", "enforce_totcharge 0",
          "kalman_lambda_short 0.98", "runner_mode 2\nremove_atom_energies", "epochs 3\nepochs 4", "conv_charge 1.0",
          "use_short_forces", "steepest_descent_step_energy_short 0.01", "optimizer 1 kalman", "use_noisematrix",
          "use_ipi", "use_systematic_weights_electrostatic", "shuffle_weights_short_atomic 5 0.1",
          "minimum_image_convention", "global_output_nodes_short 1"}) {
        CAPTURE(line);
        CHECK(warnings_with(line).empty());
    }
}

TEST_CASE("an unknown keyword is a warning only where it cannot be part of the energy") {
    REQUIRE(warnings_with("author someone").size() == 1);
    CHECK(contains(warnings_with("author someone")[0], "input.nn:1: keyword 'author' is not known and was ignored"));
    CHECK(contains(with_line("scale_symetry_functions"),
                   "input.nn:1: keyword 'scale_symetry_functions' is not known; "
                   "is it 'scale_symmetry_functions'?"));
    CHECK(contains(with_line("NORMALIZE_NODES"), "is it 'normalize_nodes'?"));
    CHECK(contains(with_line("normalize"), "is it 'normalize_nodes'?"));
    CHECK(contains(with_line("use_dispersion"),
                   "input.nn:1: keyword 'use_dispersion' is not known and by its beginning"));
    CHECK(contains(with_line("atom\xff_\xc3 1"), "'atom?_? ' is not known") == false);
    REQUIRE(warnings_with("caf\xe9 1").size() == 1);
    CHECK(contains(warnings_with("caf\xe9 1")[0], "'caf?'"));
}

TEST_CASE("RuNNer's atom_energy without remove_atom_energies is a warning") {
    REQUIRE(warnings_with("runner_mode 3").size() == 1);
    CHECK(contains(warnings_with("runner_mode 3")[0], "atom_energy is added, as by n2p2"));
}

TEST_CASE("an energy of an atom that is missing beside others is a warning") {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(reference::random_model(1), directory.name());
    const std::string text = replaced(read_text(directory.path() / "input.nn"), "atom_energy O -2041\n", "");
    write_text(directory.path() / "input.nn", text);
    REQUIRE(nnpot::read_model(directory.name()).warnings.size() == 1);
    CHECK(contains(nnpot::read_model(directory.name()).warnings[0], "atom_energy of O is missing"));
    write_text(directory.path() / "input.nn", replaced(text, "atom_energy H -13.6\n", ""));
    CHECK(nnpot::read_model(directory.name()).warnings.empty());
}

TEST_CASE("surplus and missing words are refused by line") {
    const auto input = [](const std::string& from, const std::string& to) { return refusal("input.nn", from, to); };
    for (const std::string flag : {"normalize_nodes", "center_symmetry_functions", "scale_symmetry_functions_sigma"}) {
        const std::string without = flag == "center_symmetry_functions" ? "center_symmetry_functions\n" : "";
        const auto message = refusal("input.nn", [&](std::string text) {
            return flag + " false\n" + (without.empty() ? text : replaced(text, without, ""));
        });
        CHECK(contains(message, "input.nn:1: expected nothing after '" + flag + "', got 'false'"));
    }
    CHECK(contains(input("atom_energy H -13.6", "atom_energy H 1e-320 -4.07"),
                   "input.nn:4: expected 2 words after 'atom_energy', got 'H 1e-320 -4.07'"));
    CHECK(
        contains(input("atom_energy H -13.6", "atom_energy H"), "expected an element and a value after 'atom_energy'"));
    CHECK(contains(input("number_of_elements 2", "number_of_elements 2 3"), "expected 1 word after"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 1 0 0"), "expected 2 words after 'cutoff_type'"));
    CHECK(contains(input("scale_min_short 0", "scale_min_short 0 0"), "expected 1 word after 'scale_min_short'"));
    CHECK(contains(input("global_hidden_layers_short 2", "global_hidden_layers_short 2 2"), "expected 1 word after"));
    CHECK(contains(input("symfunction_short H 1 H 4", "symfunction_short H 1 H 4 5"), "got 5 words"));
}

TEST_CASE("numbers that are none, or cannot be meant, are refused by line") {
    for (const std::string number : {"nan", "inf", "1e400", "1_0", "0x1p3", "+-4", "4,0", "--4", "4d", "d4", "4dd0"}) {
        const std::string message =
            refusal("input.nn", "symfunction_short H 1 H 4\n", "symfunction_short H 1 H " + number + "\n");
        CAPTURE(message);
        CHECK(contains(message, "expected a number, got '" + number + "'"));
    }
    const auto cutoff = [](const std::string& value) {
        return refusal("input.nn", "symfunction_short H 1 H 4\n", "symfunction_short H 1 H " + value + "\n");
    };
    CHECK(contains(cutoff("0"), "the cutoff must be > 0"));
    CHECK(contains(cutoff("1e9"), "cutoff radius must be at most 100 Å"));
    CHECK(contains(refusal("input.nn", "global_hidden_layers_short 2", "global_hidden_layers_short 1000000000"),
                   "expected from 0 to 1000 hidden layers"));
    CHECK(
        contains(refusal("input.nn", "atom_energy H -13.6", "atom_energy H 1e308"), "model: atom_energy of H is not"));
    CHECK(
        contains(with_line("mean_energy 1e308\nconv_energy 1\nconv_length 1"), "model: mean_energy is not finite or"));
    CHECK(contains(refusal("input.nn", "elements H O", "elements O O"), "an element is named twice"));
}

TEST_CASE("Fortran's exponents and a byte order mark are read") {
    CHECK(refusal("input.nn", [](const std::string& text) {
              return "\xEF\xBB\xBF" + replaced(replaced(text, "atom_energy H -13.6", "atom_energy H -1.36D+01"),
                                               "symfunction_short H 1 H 4\n", "symfunction_short H 1 H 0.4d1\n");
          }) == "accepted");
    const reference::TemporaryDirectory directory;
    nnpot::write_model(reference::random_model(1), directory.name());
    const std::string text = read_text(directory.path() / "input.nn");
    write_text(directory.path() / "input.nn", replaced(text, "atom_energy H -13.6", "atom_energy H -0.136D+02"));
    CHECK(nnpot::read_model(directory.name()).elements[0].atom_energy == -13.6);
}

TEST_CASE("nodes of single layers are read as RuNNer means them") {
    const auto sizes = [](const std::string& lines) -> std::string {
        return refusal("input.nn", "global_nodes_short 7 5\n", "global_nodes_short 9 5\n" + lines);
    };
    CHECK(sizes("element_nodes_short H 1 7\nelement_nodes_short H 2 5\nelement_nodes_short O 2 5\n"
                "element_nodes_short O 1 7\n") == "accepted");
    CHECK(sizes("element_nodes_short H 7 5\nelement_nodes_short O 7 5\n") == "accepted");
    CHECK(contains(sizes("element_nodes_short H 1 7\n"), "'element_nodes_short H 1 7' may mean"));
    CHECK(contains(sizes("element_nodes_short H 1 7\nelement_nodes_short H 1 5\n"),
                   "the nodes of layer 1 of H stand in line"));
    CHECK(contains(sizes("element_nodes_short H 7 5\nelement_nodes_short H 5 5\n"),
                   "element_nodes_short of H stands in"));
    CHECK(contains(sizes("element_activation_short H 1 1 t\n"), "activations of single nodes"));
    nnpot::Model model = reference::random_model(1);
    for (const arma::uword n : {1U, 2U}) {
        const reference::TemporaryDirectory directory;
        nnpot::ElementModel& oxygen = model.elements[1];
        oxygen.layers = {{arma::randn(oxygen.functions.size(), n), arma::randn(n), 't'},
                         {arma::randn(n, 5), arma::randn(5), 'p'},
                         {arma::randn(5, 1), arma::randn(1), 'l'}};
        nnpot::write_model(model, directory.name());
        CHECK(nnpot::read_model(directory.name()).elements[1].layers[0].weights.n_cols == n);
    }
}

TEST_CASE("a last line of input.nn that may be cut is refused, a whole one without line end is read") {
    /// What comes of a file that ends with other text, without line end, in place of one of its lines.
    const auto ends_with = [](const std::string& line, const std::string& end) {
        return refusal("input.nn", [&](const std::string& text) {
            return (line.empty() ? text : replaced(text, line + "\n", "")) + end;
        });
    };
    const std::string angular = "symfunction_short O 3 H O 0.1 -1 2 4.5 0.5",
                      radial = "symfunction_short O 2 H 0.4 1 5";
    for (const std::string& line : {angular, radial, std::string("center_symmetry_functions")}) {
        CHECK(ends_with(line, line) == "accepted");
        CHECK(ends_with(line, line + "  # 3") == "accepted");
    }
    CHECK(ends_with("", "epochs 1") == "accepted");
    for (const auto& [line, end] :
         std::vector<std::pair<std::string, std::string>>{{angular, "symfunction_short O 3 H O 0.1 -1 2 4.5 0."},
                                                          {angular, "symfunction_short O 3 H O 0.1 -1 2 4.5"},
                                                          {angular, "symfunction_short O 3 H O 0.1 -1 2 4"},
                                                          {"atom_energy H -13.6", "atom_energy H -13."},
                                                          {"atom_energy H -13.6", "atom_energy H -13"},
                                                          {"cutoff_type 1 0", "cutoff_type 1"},
                                                          {"scale_max_short 1", "scale_max_short 1"},
                                                          {"scale_symmetry_functions", "scale_symmetry_functions"},
                                                          {"", "some_keyw"}}) {
        const std::string message = ends_with(line, end);
        CAPTURE(message);
        CHECK(contains(message, "the file is cut short"));
    }
}

TEST_CASE("a network without hidden layers is read back") {
    for (const bool all : {false, true}) {
        const reference::TemporaryDirectory directory;
        nnpot::Model model = reference::random_model(1);
        for (std::size_t e = all ? 0 : 1; e < 2; ++e) {
            model.elements[e].layers = {{arma::randn(model.elements[e].functions.size(), 1), arma::randn(1), 'l'}};
        }
        nnpot::write_model(model, directory.name());
        const nnpot::Model read = nnpot::read_model(directory.name());
        CHECK(read.elements[0].layers.size() == model.elements[0].layers.size());
        CHECK(read.elements[1].layers.size() == 1);
    }
}
