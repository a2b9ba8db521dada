// Compiled by `nnpot benchmark networks` on the machine that it measures.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

/// The network that all programs build: one input, hidden sigmoid layers of equal size, one linear output.
namespace untrained {

/// Nodes of each layer, the input first.
inline std::vector<std::size_t> sizes(std::size_t n_hidden, std::size_t n_nodes) {
    std::vector<std::size_t> sizes(n_hidden + 2, n_nodes);
    sizes.front() = sizes.back() = 1;
    return sizes;
}

/// The next numbers of a fixed sequence, the same in every program: weights without a file.
class Weights {
public:
    /// Weights (source node outer, target node inner) or biases of a layer with @p n_inputs.
    template <typename Real>
    void fill(Real* values, std::size_t count, std::size_t n_inputs) {
        const double scale = 4.0 / std::sqrt(static_cast<double>(n_inputs));
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t mixed = ++index_ * 2654435761U;  // Knuth's multiplicative hash
            values[i] = static_cast<Real>((mixed / 4294967296.0 - 0.5) * scale);
        }
    }

private:
    std::uint32_t index_ = 0;
};

/// Input number @p i of a batch; that of a batch of one is 0.5.
inline double input(std::size_t i, std::size_t batch) {
    return (static_cast<double>(i) + 0.5) / static_cast<double>(batch);
}

/// Mean seconds of a call.
template <typename Call>
double seconds(std::size_t n_calls, const Call& call) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < n_calls; ++i) call();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    return spent.count() / static_cast<double>(n_calls);
}

/// Answers requests until there are no more, one a line:
///   network LAYERS NODES PRECISION   builds it; the answer is its output for the input 0.5
///   time METHOD BATCH EVALUATIONS    the answer is the mean seconds of an evaluation
/// An answer that begins with "error" says what went wrong.
template <typename Program>
int serve(Program& program) {
    std::cout << std::setprecision(17);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string request, name;
        std::size_t first = 0, second = 0;
        words >> request;
        try {
            if (request == "network" && words >> first >> second >> name) {
                std::cout << program.build(first, second, name) << std::endl;
            } else if (request == "time" && words >> name >> first >> second) {
                std::cout << program.time(name, first, second) << std::endl;
            } else {
                std::cout << "error: not understood: " << line << std::endl;
            }
        } catch (const std::exception& error) {
            std::cout << "error: " << error.what() << std::endl;
        }
    }
    return 0;
}

}  // namespace untrained
