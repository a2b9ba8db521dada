#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "nnpot/cell_list.hpp"
#include "nnpot/model_directory.hpp"
#include "nnpot/potential.hpp"
#include "reference_potential.hpp"

namespace {

/// Plain functions, two of them three times or twice, in other words for the same.
std::vector<std::string> functions_with_twins() {
    std::vector<std::string> functions = reference::plain_functions;
    for (const char* twin : {"3 O H 0.1 -1.0 2 4.5 0.5", "3 H O 1e-1 -1 2.0 4.5 5e-1", "9 H O 0.02 -1 1.5 5.0"}) {
        functions.emplace_back(twin);
    }
    return functions;
}

/// A model that keeps all inputs, with other scaling data for each.
nnpot::Model model_with_twins(nnpot::ScalingMode mode) {
    nnpot::Model model = reference::random_model(3, functions_with_twins());
    model.scaling_mode = mode;
    model.scale_min = -0.5;
    return model;
}

}  // namespace

TEST_CASE("functions that a model has more than once give the energy of a potential that keeps all of its inputs") {
    const nnpot::Structure structure = reference::water_like(5);
    const nnpot::NeighborList list = reference::neighbor_list(structure, 5.0, 2);
    using Mode = nnpot::ScalingMode;
    for (const Mode mode : {Mode::none, Mode::scale, Mode::center, Mode::scale_center, Mode::sigma}) {
        const nnpot::Model whole = model_with_twins(mode);
        const reference::TemporaryDirectory directory, again;
        nnpot::write_model(whole, directory.name());
        const nnpot::Model joined = nnpot::read_model(directory.name());
        CHECK(joined.elements[0].functions.size() == reference::plain_functions.size());
        CHECK(joined.warnings.empty());
        nnpot::Potential potential(joined);
        const double expected = reference::energy(whole, list);
        CHECK(std::abs(reference::compute(potential, structure).energy - expected) < 1e-13 * std::abs(expected));
        nnpot::write_model(joined, again.name());
        nnpot::Potential rewritten(nnpot::read_model(again.name()));
        CHECK(std::abs(reference::compute(rewritten, structure).energy - expected) < 1e-13 * std::abs(expected));
    }
}

TEST_CASE("twins whose scaling is the same leave the weights' sum and the biases as they are") {
    nnpot::Model whole = model_with_twins(nnpot::ScalingMode::scale_center);
    for (nnpot::ElementModel& element : whole.elements) {
        for (std::size_t f = 1; f < element.functions.size(); ++f) {
            if (nnpot::comes_before(element.functions[f - 1], element.functions[f])) continue;
            for (arma::vec* column : {&element.scaling.min, &element.scaling.max, &element.scaling.mean}) {
                (*column)(f) = (*column)(f - 1);
            }
        }
    }
    const reference::TemporaryDirectory directory;
    nnpot::write_model(whole, directory.name());
    const nnpot::Model joined = nnpot::read_model(directory.name());
    const nnpot::Layer &before = whole.elements[0].layers[0], &after = joined.elements[0].layers[0];
    CHECK(arma::approx_equal(after.biases, before.biases, "absdiff", 0.0));
    CHECK(arma::approx_equal(arma::sum(after.weights), arma::sum(before.weights), "absdiff", 1e-14));
}
