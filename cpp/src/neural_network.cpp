#include "nnpot/neural_network.hpp"

#include <string>
#include <utility>

#include "kernels/kernels.hpp"
#include "nnpot/error.hpp"

namespace nnpot {
namespace {

kernels::Activation activation_of(char letter) {
    using kernels::Activation;
    switch (letter) {
        case 'l': return Activation::linear;
        case 't': return Activation::tanh;
        case 's': return Activation::sigmoid;
        case 'S': return Activation::reversed_sigmoid;
        case 'p': return Activation::softplus;
        case 'r': return Activation::relu;
        case 'g': return Activation::gaussian;
        case 'c': return Activation::cosine;
        case 'e': return Activation::exponential;
        case 'h': return Activation::square;
        default:
            throw InvalidInput(std::string("activation '") + letter +
                               "' is not known; known are l, t, s, S, p, r, g, c, e and h");
    }
}

void require_fitting(const std::vector<Layer>& layers) {
    if (layers.empty()) throw InvalidInput("network: expected at least one layer");
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const Layer& layer = layers[l];
        const std::string name = "network layer " + std::to_string(l + 1);
        require_activation_letter(layer.activation);
        if (layer.weights.n_cols != layer.biases.n_elem || layer.weights.is_empty()) {
            throw InvalidInput(name + ": expected as many biases as weight columns, got " +
                               std::to_string(layer.biases.n_elem) + " and " + std::to_string(layer.weights.n_cols));
        }
        if (l > 0 && layer.weights.n_rows != layers[l - 1].weights.n_cols) {
            throw InvalidInput(name + ": expected " + std::to_string(layers[l - 1].weights.n_cols) + " inputs, got " +
                               std::to_string(layer.weights.n_rows));
        }
        if (!layer.weights.is_finite() || !layer.biases.is_finite()) {
            throw InvalidInput(name + ": a weight or bias is not a finite number");
        }
    }
}

}  // namespace

void require_activation_letter(char letter) { (void)activation_of(letter); }

NeuralNetwork::NeuralNetwork(std::vector<Layer> layers) : layers_(std::move(layers)) {
    require_fitting(layers_);
    for (const Layer& layer : layers_) transposed_weights_.push_back(layer.weights.t());
}

arma::mat NeuralNetwork::evaluate(const arma::mat& inputs) const { return evaluate_with_gradient(inputs).output; }

NeuralNetwork::OutputAndGradient NeuralNetwork::evaluate_with_gradient(const arma::mat& inputs) const {
    if (inputs.n_rows != n_inputs()) {
        throw InvalidInput("network: expected " + std::to_string(n_inputs()) + " inputs, got " +
                           std::to_string(inputs.n_rows));
    }
    const kernels::Kernels<double>& kernel = kernels::best<double>();
    std::vector<arma::mat> slopes(layers_.size());
    arma::mat values = inputs;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        values = transposed_weights_[l] * values;
        values.each_col() += layers_[l].biases;
        slopes[l].set_size(values.n_rows, values.n_cols);
        kernel.activate(activation_of(layers_[l].activation), values.n_elem, values.memptr(), slopes[l].memptr());
    }
    arma::mat gradient = slopes.back();
    for (std::size_t l = layers_.size(); l-- > 1;) {
        gradient = layers_[l].weights * gradient;
        gradient %= slopes[l - 1];
    }
    gradient = layers_.front().weights * gradient;
    return {std::move(values), std::move(gradient)};
}

}  // namespace nnpot
