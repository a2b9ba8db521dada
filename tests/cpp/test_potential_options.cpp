#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "nnpot/error.hpp"
#include "nnpot/model_directory.hpp"
#include "nnpot/units.hpp"
#include "reference_potential.hpp"

// Every option that the files know, through whole potentials: the energy against the slow reference, forces and virial
// against central differences.

namespace {

using reference::read_text;
using reference::write_text;

nnpot::NeighborList list_of(const nnpot::Structure& structure) { return reference::neighbor_list(structure, 5.0, 2); }

/// A model whose inputs are of the order of 1 for @p structure, with small weights, so that no activation explodes.
nnpot::Model model_for(const nnpot::Structure& structure,
                       const std::vector<std::string>& functions = reference::plain_functions) {
    nnpot::Model model = reference::random_model(5, functions);
    for (nnpot::ElementModel& element : model.elements) {
        element.atom_energy = element.atomic_number == 8 ? -4.0 : -1.5;
        for (nnpot::Layer& layer : element.layers) layer.weights *= 0.5;
    }
    reference::scale_to(model, list_of(structure));
    return model;
}

void require_right(const nnpot::Model& model, const nnpot::Structure& structure) {
    nnpot::Potential potential(model);
    const double expected = reference::energy(model, list_of(structure));
    CHECK(reference::compute(potential, structure).energy == doctest::Approx(expected).epsilon(1e-11));
    const auto errors = reference::gradient_errors(potential, structure);
    CHECK(errors.largest_force > 1e-2);
    CHECK(errors.forces < 1e-6);
    CHECK(errors.virial < 1e-6);
}

nnpot::Model written_and_read(const nnpot::Model& model) {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(model, directory.name());
    return nnpot::read_model(directory.name());
}

/// The energy of the model in a directory whose files @p change has edited.
double energy_after(const nnpot::Model& model, const nnpot::Structure& structure, const std::string& units,
                    const std::function<void(const std::filesystem::path&)>& change) {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(model, directory.name());
    change(directory.path());
    nnpot::Potential potential(nnpot::read_model(directory.name(), units));
    return reference::compute(potential, structure).energy;
}

void append(const std::filesystem::path& file, const std::string& text) { write_text(file, read_text(file) + text); }

}  // namespace

TEST_CASE("potentials with every activation: energy, forces and virial") {
    const auto structure = reference::water_like(31);
    for (const char letter : std::string("ltsSprgceh")) {
        CAPTURE(letter);
        nnpot::Model model = model_for(structure);
        for (nnpot::ElementModel& element : model.elements) {
            for (std::size_t l = 0; l + 1 < element.layers.size(); ++l) element.layers[l].activation = letter;
        }
        require_right(model, structure);
        for (nnpot::ElementModel& element : model.elements) element.layers.back().activation = letter;
        require_right(written_and_read(model), structure);  // also as the activation of the output
    }
}

TEST_CASE("potentials with every scaling mode and range: energy, forces and virial") {
    const auto structure = reference::water_like(32);
    using nnpot::ScalingMode;
    for (const ScalingMode mode :
         {ScalingMode::none, ScalingMode::scale, ScalingMode::center, ScalingMode::scale_center, ScalingMode::sigma}) {
        for (const auto& [low, high] : {std::pair{0.0, 1.0}, std::pair{-1.0, 1.5}}) {
            CAPTURE(static_cast<int>(mode));
            CAPTURE(low);
            nnpot::Model model = model_for(structure);
            model.scaling_mode = mode;
            model.scale_min = low;
            model.scale_max = high;
            require_right(written_and_read(model), structure);
        }
    }
}

TEST_CASE("potentials with every cutoff function and alpha: energy, forces and virial") {
    const auto structure = reference::water_like(33);
    for (const int number : {0, 1, 2, 3, 4, 5, 6, 7, 8}) {
        for (const double alpha : {0.0, 0.4}) {
            CAPTURE(number);
            CAPTURE(alpha);
            nnpot::Model model = model_for(structure);
            model.cutoff_type = nnpot::cutoff_type_from_number(number);
            model.cutoff_alpha = alpha;
            require_right(written_and_read(model), structure);
        }
    }
}

TEST_CASE("potentials with weighted and compact functions: energy, forces and virial") {
    const auto structure = reference::water_like(34);
    require_right(written_and_read(model_for(structure, reference::other_functions)), structure);
    std::vector<std::string> all = reference::other_functions;
    all.insert(all.end(), reference::plain_functions.begin(), reference::plain_functions.end());
    require_right(written_and_read(model_for(structure, all)), structure);
}

TEST_CASE("potentials with lambda beyond 1, where terms end at an angle: energy, forces and virial") {
    const auto structure = reference::water_like(34);
    require_right(model_for(structure, {"9 H H 0.05 1.5 2 5.0", "3 H O 0.05 -1.7 3 5.0", "13 0.05 0 -2 2.5 5.0"}),
                  structure);
    require_right(model_for(structure, {"9 H H 0.05 1.5 1 5.0", "3 H O 0.05 -1.7 1 5.0", "13 0.05 0 -2 1 5.0"}),
                  structure);
}

TEST_CASE("potentials with normalised units: the energy is (output / conv_energy + mean_energy) per atom") {
    const auto structure = reference::water_like(35);
    const nnpot::Model plain = model_for(structure);
    double offsets = 0.0;
    for (const int number : structure.atomic_numbers) offsets += number == 8 ? -4.0 : -1.5;
    const double output = reference::energy(plain, list_of(structure)) - offsets;
    for (const std::string length : {"1.0", "3.7"}) {  // works out, whatever it is: functions are without unit
        const double energy = energy_after(plain, structure, "", [&](const auto& directory) {
            append(directory / "input.nn", "mean_energy -0.25\nconv_energy 12.5\nconv_length " + length + "\n");
        });
        CHECK(energy == doctest::Approx(output / 12.5 - 0.25 * 18 + offsets).epsilon(1e-11));
    }
    nnpot::Model normalised = plain;
    normalised.mean_energy = -0.3;
    normalised.energy_per_output = 0.08;
    require_right(written_and_read(normalised), structure);
}

TEST_CASE("potentials in other units, normalised too: lengths and energies of all keywords are converted") {
    const nnpot::UnitSystem& units = nnpot::unit_system("atomic");
    const auto structure = reference::water_like(35);
    nnpot::Structure in_bohr_numbers = structure;  // the same numbers, read as bohr, are what the files mean
    in_bohr_numbers.positions /= units.length;
    in_bohr_numbers.cell = nnpot::Cell(structure.cell.vectors() / units.length, {true, true, true});
    const nnpot::Model plain = model_for(in_bohr_numbers, {"2 H 0.4 1.0 5.0", "2 O 0.2 0.0 5.0", "4 O 1.3 5.0",
                                                           "9 H O 0.1 1 2 5.0 0.5", "20 O -5 5 p2"});
    double offsets = 0.0;
    for (const int number : structure.atomic_numbers) offsets += number == 8 ? -4.0 : -1.5;
    const auto list = reference::neighbor_list(in_bohr_numbers, 5.0, 3);
    const double output = reference::energy(plain, list) - offsets;
    const double energy = energy_after(plain, structure, "atomic", [](const auto& directory) {
        std::filesystem::remove(directory / "model.info");
        append(directory / "input.nn", "mean_energy 0.5\nconv_energy 20\nconv_length 2\n");
    });
    CHECK(energy == doctest::Approx((output / 20 + 0.5 * 18 + offsets) * units.energy).epsilon(1e-11));
}

TEST_CASE("potentials with a network of its own for each element: energy, forces and virial") {
    const auto structure = reference::water_like(36);
    nnpot::Model model = model_for(structure);
    const auto n = static_cast<arma::uword>(reference::plain_functions.size());
    arma::arma_rng::set_seed(8);
    model.elements[1].layers = {{0.5 * arma::randn(n, 4), arma::randn(4), 's'},
                                {0.5 * arma::randn(4, 9), arma::randn(9), 'g'},
                                {0.5 * arma::randn(9, 3), arma::randn(3), 'c'},
                                {0.5 * arma::randn(3, 1), arma::randn(1), 't'}};
    require_right(written_and_read(model), structure);
    model.elements[0].layers = {{0.5 * arma::randn(n, 1), arma::randn(1), 'l'}};
    require_right(written_and_read(model), structure);
}

TEST_CASE("networks per element may be given by any of the element keywords, the last word over the global ones") {
    const auto structure = reference::water_like(36);
    const nnpot::Model model = model_for(structure);
    nnpot::Potential potential(model);
    const double expected = reference::compute(potential, structure).energy;
    const auto with = [&](const std::string& lines) {
        return energy_after(model, structure, "", [&](const auto& directory) {
            std::string kept;
            std::istringstream input(read_text(directory / "input.nn"));
            for (std::string line; std::getline(input, line);) {
                if (line.rfind("global_", 0) != 0) kept += line + "\n";
            }
            write_text(directory / "input.nn", kept + lines);
        });
    };
    const std::string element_lines =
        "element_hidden_layers_short H 2\nelement_nodes_short H 7 5\nelement_activation_short H t p l\n";
    CHECK(with("global_hidden_layers_short 2\nglobal_nodes_short 7 5\nglobal_activation_short t p l\n") == expected);
    CHECK(with("global_hidden_layers_short 1\nglobal_nodes_short 3\nglobal_activation_short c c\n"
               "element_hidden_layers_short O 2\nelement_nodes_short O 7 5\nelement_activation_short O t p l\n" +
               element_lines) == expected);
    CHECK(with("global_hidden_layers_short 2\nglobal_nodes_short 7 5\nglobal_activation_short t p s\n" + element_lines +
               "element_activation_short O t p l\n") == expected);
    CHECK(with("global_hidden_layers_short 2\nglobal_nodes_short 7 5\nglobal_activation_short t p s\n") != expected);
}

TEST_CASE("potentials with RuNNer's five columns of scaling data are those with n2p2's six") {
    const auto structure = reference::water_like(37);
    for (const auto mode : {nnpot::ScalingMode::scale, nnpot::ScalingMode::center, nnpot::ScalingMode::scale_center}) {
        nnpot::Model model = model_for(structure);
        model.scaling_mode = mode;
        nnpot::Potential potential(model);
        const double expected = reference::compute(potential, structure).energy;
        for (const std::string last_line : {"", "   -2.5   0.75\n"}) {
            const double energy = energy_after(model, structure, "", [&](const auto& directory) {
                std::string five;
                std::istringstream rows(read_text(directory / "scaling.data"));
                for (std::string line; std::getline(rows, line);) {
                    five += line[0] == '#' ? line + "\n" : line.substr(0, line.rfind(' ')) + "\n";
                }
                write_text(directory / "scaling.data", five + last_line);
            });
            CHECK(energy == doctest::Approx(expected).epsilon(1e-12));
        }
    }
}

TEST_CASE("potentials with normalize_nodes divide all pre-activations by the number of inputs") {
    const auto structure = reference::water_like(38);
    nnpot::Model model = model_for(structure);
    const double energy = energy_after(
        model, structure, "", [](const auto& directory) { append(directory / "input.nn", "normalize_nodes\n"); });
    for (nnpot::ElementModel& element : model.elements) {
        for (nnpot::Layer& layer : element.layers) {
            const auto n_inputs = static_cast<double>(layer.weights.n_rows);
            layer.weights /= n_inputs;
            layer.biases /= n_inputs;
        }
    }
    CHECK(energy == doctest::Approx(reference::energy(model, list_of(structure))).epsilon(1e-11));
}
