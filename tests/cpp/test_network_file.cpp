#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "nnpot/error.hpp"
#include "nnpot/network_file.hpp"

using nnpot::Layer;

namespace {

struct TemporaryFile {
    std::filesystem::path path = std::filesystem::temp_directory_path() / "nnpot_test.network";
    ~TemporaryFile() { std::filesystem::remove(path); }

    void write(const std::string& text) const { std::ofstream(path, std::ios::binary) << text; }
    std::string text() const {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }
};

std::vector<Layer> mixed_layers() {
    arma::arma_rng::set_seed(4);
    return {{arma::randn(3, 5), arma::randn(5), 'T'},
            {arma::randn(5, 1), arma::randn(1), 'r'},
            {1e-7 * arma::randn(1, 2), arma::randn(2), 'c'}};
}

void check_refused(const std::string& text, const std::string& message) {
    const TemporaryFile file;
    file.write(text);
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(nnpot::read_network(file.path), doctest::Contains(message.c_str()), nnpot::FileError);
}

}  // namespace

TEST_CASE("a network alone comes back from its file bit for bit") {
    const TemporaryFile file;
    const std::vector<Layer> layers = mixed_layers();
    nnpot::write_network(layers, file.path);
    const std::vector<Layer> read = nnpot::read_network(file.path);
    REQUIRE(read.size() == layers.size());
    for (std::size_t l = 0; l < layers.size(); ++l) {
        CHECK(arma::approx_equal(read[l].weights, layers[l].weights, "absdiff", 0.0));
        CHECK(arma::approx_equal(read[l].biases, layers[l].biases, "absdiff", 0.0));
        CHECK(read[l].activation == layers[l].activation);
    }
    CHECK(file.text().find("nodes 3 5 1 2\nactivations T r c\n") != std::string::npos);
}

TEST_CASE("a network alone has a file that people can write") {
    const TemporaryFile file;
    file.write("# y = 2 tanh(3 x - 1) + 0.5\nnodes 1 1 1\r\nactivations t l  # by layer\n\n3\n-1\n2\n0.5\n");
    const nnpot::NeuralNetwork network(nnpot::read_network(file.path));
    CHECK(network.evaluate(arma::vec{0.4})(0) == doctest::Approx(2.0 * std::tanh(0.2) + 0.5).epsilon(1e-14));
}

TEST_CASE("damaged files of a network alone are refused by line") {
    check_refused("", "expected 'nodes' and the nodes of each layer, inputs first, got the end of the file");
    check_refused("activations l\n", ":1: expected 'nodes'");
    check_refused("nodes 1\n", ":1: expected at least the numbers of inputs and outputs");
    check_refused("nodes 1 0\nactivations l\n", ":1: expected numbers of nodes from 1 to 1000000, got '0'");
    check_refused("nodes 1 x\n", "got 'x'");
    check_refused("nodes 1 1\n", "expected 'activations' and a letter for each layer, got the end of the file");
    check_refused("nodes 1 1\n0.5\n", ":2: expected 'activations'");
    check_refused("nodes 1 1\nactivations t l\n1\n1\n", ":2: expected 1 letters after 'activations'");
    check_refused("nodes 1 1\nactivations tanh\n1\n1\n", ":2: expected one-letter activations, got 'tanh'");
    check_refused("nodes 1 1\nactivations q\n1\n1\n", ":2: activation 'q' is not known");
    check_refused("nodes 1 2\nactivations l\n1\n1\n1\n", "expected 4 values (1→2), got 3");
    check_refused("nodes 1 1\nactivations l\n1\none\n", ":4: expected a number, got 'one'");
    check_refused("nodes 1 1\nactivations l\n1.234567\n1.2", "the file is cut short");
    CHECK_THROWS_AS(nnpot::read_network("/nowhere/x.network"), nnpot::FileError);
    CHECK_THROWS_AS(nnpot::write_network(mixed_layers(), "/nowhere/x.network"), nnpot::FileError);
}
