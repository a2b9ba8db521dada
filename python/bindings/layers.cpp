#include "layers.hpp"

#include "nnpot/error.hpp"

namespace nnpot_python {

std::vector<nnpot::Layer> to_layers(const std::vector<LayerTuple>& tuples) {
    std::vector<nnpot::Layer> layers;
    for (const auto& [weights, biases, activation] : tuples) {
        if (activation.size() != 1)
            throw nnpot::InvalidInput("activation: expected one letter, got '" + activation + "'");
        layers.push_back({to_matrix(weights, "weights"), to_vector(biases, "biases"), activation[0]});
    }
    return layers;
}

py::list to_list(const std::vector<nnpot::Layer>& layers) {
    py::list tuples;
    for (const nnpot::Layer& layer : layers) {
        const py::array_t<double> biases(static_cast<py::ssize_t>(layer.biases.n_elem), layer.biases.memptr());
        tuples.append(py::make_tuple(to_array(arma::mat(layer.weights.t())), biases, std::string(1, layer.activation)));
    }
    return tuples;
}

}  // namespace nnpot_python
