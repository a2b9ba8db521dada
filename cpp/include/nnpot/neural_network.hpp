#pragma once

#include <armadillo>
#include <vector>

namespace nnpot {

/// Activation function by its letter in `input.nn`: l t s S p r g c e h T (docs/formats.md).
/// @throws InvalidInput for any other letter
void require_activation_letter(char letter);

/// One layer: y = activation(Wᵀ x + b).
struct Layer {
    arma::mat weights;  ///< n_inputs × n_outputs
    arma::vec biases;   ///< n_outputs
    char activation;    ///< letter of `input.nn`
};

/// Feed-forward network of any number of layers, evaluated for many inputs at once.
class NeuralNetwork {
public:
    /// @throws InvalidInput if there are no layers, sizes do not fit, or a weight is not finite
    explicit NeuralNetwork(std::vector<Layer> layers);

    std::size_t n_inputs() const noexcept { return layers_.front().weights.n_rows; }
    std::size_t n_outputs() const noexcept { return layers_.back().weights.n_cols; }
    const std::vector<Layer>& layers() const noexcept { return layers_; }

    struct OutputAndGradient {
        arma::mat output;    ///< n_outputs × n_samples
        arma::mat gradient;  ///< n_inputs × n_samples: d(sum of the outputs)/d(inputs)
    };

    struct OutputAndJacobian {
        arma::mat output;     ///< n_outputs × n_samples
        arma::cube jacobian;  ///< n_inputs × n_outputs × n_samples: d(output)/d(input)
    };

    /// Memory that evaluations of one thread share.
    struct Workspace {
        std::vector<arma::mat> values, slopes;  ///< per layer, rows rounded up to whole vectors
        arma::mat above, below;                 ///< gradients on both sides of a layer
        OutputAndGradient result;
    };

    /// @param inputs  n_inputs × n_samples   @return n_outputs × n_samples
    arma::mat evaluate(const arma::mat& inputs) const;

    /// The same without new memory; the result is in the workspace.
    const arma::mat& evaluate(const arma::mat& inputs, Workspace& workspace) const;

    /// Backpropagation from the outputs down to the inputs.
    OutputAndGradient evaluate_with_gradient(const arma::mat& inputs) const;

    /// The same without new memory; the result is in the workspace.
    const OutputAndGradient& evaluate_with_gradient(const arma::mat& inputs, Workspace& workspace) const;

    /// All derivatives of all outputs: one backpropagation for each output.
    OutputAndJacobian evaluate_with_jacobian(const arma::mat& inputs) const;

private:
    /// The weights as the products need them: rows rounded up to whole vectors, with zeros.
    struct PaddedLayer {
        arma::mat forward;   ///< outputs × inputs
        arma::mat backward;  ///< inputs × outputs
        arma::vec biases;
    };

    void forward(const arma::mat& inputs, Workspace& workspace) const;
    /// Takes `above` from the last layer down to the inputs.
    void backward(Workspace& workspace) const;

    std::vector<Layer> layers_;
    std::vector<PaddedLayer> padded_;
};

}  // namespace nnpot
