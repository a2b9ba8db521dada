#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "nnpot/error.hpp"
#include "nnpot/neural_network.hpp"
#include "reference_potential.hpp"

using nnpot::Layer;
using nnpot::NeuralNetwork;

namespace {

NeuralNetwork make_network(std::vector<Layer> layers) { return NeuralNetwork(std::move(layers)); }

NeuralNetwork single_node(char letter) { return make_network({{arma::vec{1.0}, arma::vec{0.0}, letter}}); }

}  // namespace

TEST_CASE("network activations have the values of their formulas, far out too") {
    for (const char letter : std::string("ltsSprgcehT")) {
        const auto network = single_node(letter);
        for (const double x : {-3.0, -0.4, 0.0, 0.3, 2.5}) {
            CAPTURE(letter);
            CAPTURE(x);
            CHECK(network.evaluate(arma::vec{x})(0) ==
                  doctest::Approx(reference::activation(letter, x)).epsilon(1e-14).scale(1e-2));
        }
    }
    CHECK(single_node('p').evaluate(arma::vec{800.0})(0) == 800.0);
    CHECK(single_node('p').evaluate(arma::vec{-800.0})(0) == doctest::Approx(0.0));
    CHECK(single_node('s').evaluate(arma::vec{-800.0})(0) == doctest::Approx(0.0));
    CHECK(single_node('s').evaluate(arma::vec{800.0})(0) == 1.0);
}

TEST_CASE("a network is the composition of its layers") {
    const Layer hidden{arma::mat{{0.5, -1.0}, {2.0, 0.25}}, arma::vec{0.1, -0.2}, 't'};
    const Layer output{arma::vec{1.5, -0.5}, arma::vec{0.3}, 'l'};
    const double x = 0.7, y = -0.4;
    const double expected = 1.5 * std::tanh(0.5 * x + 2.0 * y + 0.1) - 0.5 * std::tanh(-x + 0.25 * y - 0.2) + 0.3;
    CHECK(make_network({hidden, output}).evaluate(arma::vec{x, y})(0) == doctest::Approx(expected).epsilon(1e-14));
}

TEST_CASE("the network gradient is the derivative with respect to the inputs") {
    arma::arma_rng::set_seed(3);
    for (const char letter : std::string("tsSpgcehT")) {
        const NeuralNetwork network = make_network({{0.5 * arma::randn(4, 6), arma::randn(6), letter},
                                                    {0.5 * arma::randn(6, 5), arma::randn(5), letter},
                                                    {arma::randn(5, 2), arma::randn(2), 'l'}});
        const arma::mat inputs = 0.5 * arma::randn(4, 3);
        const auto [output, gradient] = network.evaluate_with_gradient(inputs);
        CHECK(output.n_rows == 2);
        const double h = 1e-6;
        for (arma::uword i = 0; i < inputs.n_elem; ++i) {
            arma::mat above = inputs, below = inputs;
            above(i) += h;
            below(i) -= h;
            const double expected =
                (arma::accu(network.evaluate(above)) - arma::accu(network.evaluate(below))) / (2 * h);
            CAPTURE(letter);
            CHECK(gradient(i) == doctest::Approx(expected).epsilon(1e-6).scale(0.1));
        }
    }
}

TEST_CASE("the network Jacobian has the derivative of each output, and its sum is the gradient") {
    arma::arma_rng::set_seed(5);
    const NeuralNetwork network = make_network({{0.5 * arma::randn(4, 6), arma::randn(6), 't'},
                                                {0.5 * arma::randn(6, 5), arma::randn(5), 's'},
                                                {arma::randn(5, 3), arma::randn(3), 'T'}});
    const arma::mat inputs = 0.5 * arma::randn(4, 7);
    const auto [output, jacobian] = network.evaluate_with_jacobian(inputs);
    CHECK(arma::approx_equal(output, network.evaluate(inputs), "absdiff", 0.0));
    const double h = 1e-6;
    for (arma::uword i = 0; i < inputs.n_rows; ++i) {
        arma::mat above = inputs, below = inputs;
        above.row(i) += h;
        below.row(i) -= h;
        const arma::mat expected = (network.evaluate(above) - network.evaluate(below)) / (2 * h);
        REQUIRE(arma::abs(expected).max() > 0.1);
        for (arma::uword s = 0; s < inputs.n_cols; ++s) {
            for (arma::uword o = 0; o < output.n_rows; ++o) {
                CHECK(jacobian(i, o, s) == doctest::Approx(expected(o, s)).epsilon(1e-6).scale(0.1));
            }
        }
    }
    const arma::mat sums = arma::mat(arma::sum(jacobian, 1));
    CHECK(arma::approx_equal(sums, network.evaluate_with_gradient(inputs).gradient, "absdiff", 1e-13));
}

TEST_CASE("networks that do not fit together are refused") {
    const Layer two_to_three{arma::mat(2, 3, arma::fill::ones), arma::vec(3, arma::fill::zeros), 't'};
    CHECK_THROWS_WITH_AS(make_network({two_to_three, two_to_three}),
                         doctest::Contains("layer 2: expected 3 inputs, got 2"), nnpot::InvalidInput);
    Layer damaged = two_to_three;
    damaged.weights(1, 1) = NAN;
    CHECK_THROWS_WITH_AS(make_network({damaged}), doctest::Contains("not a finite number"), nnpot::InvalidInput);
    damaged = two_to_three;
    damaged.activation = 'q';
    CHECK_THROWS_WITH_AS(make_network({damaged}), doctest::Contains("activation 'q'"), nnpot::InvalidInput);
    CHECK_THROWS_AS(make_network({}), nnpot::InvalidInput);
    CHECK_THROWS_AS(make_network({two_to_three}).evaluate(arma::mat(3, 1)), nnpot::InvalidInput);
}
