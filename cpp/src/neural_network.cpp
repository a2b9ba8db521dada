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
        case 'T': return Activation::scaled_tanh;
        default:
            throw InvalidInput(std::string("activation '") + letter +
                               "' is not known; known are l, t, s, S, p, r, g, c, e, h and T");
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

/// A copy whose number of rows is rounded up to whole vectors.
arma::mat padded(const arma::mat& matrix) {
    const std::size_t width = kernels::best<double>().width;
    arma::mat result((matrix.n_rows + width - 1) / width * width, matrix.n_cols, arma::fill::zeros);
    result.head_rows(matrix.n_rows) = matrix;
    return result;
}

/// c = a · (the first rows of b) + bias
void multiply(const arma::mat& a, const arma::mat& b, const double* bias, arma::mat& c) {
    c.set_size(a.n_rows, b.n_cols);
    kernels::best<double>().multiply(
        {a.n_rows, a.n_cols, b.n_cols, a.memptr(), b.memptr(), b.n_rows, bias, c.memptr()});
}

}  // namespace

void require_activation_letter(char letter) { (void)activation_of(letter); }

NeuralNetwork::NeuralNetwork(std::vector<Layer> layers) : layers_(std::move(layers)) {
    require_fitting(layers_);
    for (const Layer& layer : layers_) {
        padded_.push_back({padded(layer.weights.t()), padded(layer.weights), padded(layer.biases)});
    }
}

arma::mat NeuralNetwork::evaluate(const arma::mat& inputs) const {
    Workspace workspace;
    return evaluate(inputs, workspace);
}

const arma::mat& NeuralNetwork::evaluate(const arma::mat& inputs, Workspace& workspace) const {
    forward(inputs, workspace);
    workspace.result.output = workspace.values.back().head_rows(n_outputs());
    return workspace.result.output;
}

NeuralNetwork::OutputAndGradient NeuralNetwork::evaluate_with_gradient(const arma::mat& inputs) const {
    Workspace workspace;
    return evaluate_with_gradient(inputs, workspace);
}

const NeuralNetwork::OutputAndGradient& NeuralNetwork::evaluate_with_gradient(const arma::mat& inputs,
                                                                              Workspace& workspace) const {
    evaluate(inputs, workspace);
    workspace.above = workspace.slopes.back();
    backward(workspace);
    workspace.result.gradient = workspace.above.head_rows(n_inputs());
    return workspace.result;
}

NeuralNetwork::OutputAndJacobian NeuralNetwork::evaluate_with_jacobian(const arma::mat& inputs) const {
    Workspace workspace;
    OutputAndJacobian result{evaluate(inputs, workspace), arma::cube(n_inputs(), n_outputs(), inputs.n_cols)};
    for (std::size_t output = 0; output < n_outputs(); ++output) {
        workspace.above.zeros(arma::size(workspace.slopes.back()));
        workspace.above.row(output) = workspace.slopes.back().row(output);
        backward(workspace);
        for (std::size_t sample = 0; sample < inputs.n_cols; ++sample) {
            result.jacobian.slice(sample).col(output) = workspace.above.col(sample).head(n_inputs());
        }
    }
    return result;
}

void NeuralNetwork::forward(const arma::mat& inputs, Workspace& workspace) const {
    if (inputs.n_rows != n_inputs()) {
        throw InvalidInput("network: expected " + std::to_string(n_inputs()) + " inputs, got " +
                           std::to_string(inputs.n_rows));
    }
    workspace.values.resize(layers_.size());
    workspace.slopes.resize(layers_.size());
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        arma::mat& values = workspace.values[l];
        arma::mat& slopes = workspace.slopes[l];
        multiply(padded_[l].forward, l == 0 ? inputs : workspace.values[l - 1], padded_[l].biases.memptr(), values);
        slopes.set_size(values.n_rows, values.n_cols);
        kernels::best<double>().activate(activation_of(layers_[l].activation), values.n_elem, values.memptr(),
                                         slopes.memptr());
    }
}

void NeuralNetwork::backward(Workspace& workspace) const {
    for (std::size_t l = layers_.size(); l-- > 0;) {
        multiply(padded_[l].backward, workspace.above, nullptr, workspace.below);
        if (l > 0) workspace.below %= workspace.slopes[l - 1];
        workspace.above.swap(workspace.below);
    }
}

}  // namespace nnpot
