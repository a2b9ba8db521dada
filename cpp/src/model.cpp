#include "nnpot/model.hpp"

#include <cmath>

#include "nnpot/element.hpp"
#include "nnpot/error.hpp"

namespace nnpot {
namespace {

void require_consistent_element(const ElementModel& element) {
    const std::string name = element_symbol(element.atomic_number);
    const auto count = std::to_string(element.functions.size());
    if (!std::isfinite(element.atom_energy)) throw InvalidInput("model: atom_energy of " + name + " is not finite");
    if (element.functions.empty()) throw InvalidInput("model: element " + name + " has no symmetry functions");
    if (element.scaling.mean.n_elem != element.functions.size()) {
        throw InvalidInput("model: element " + name + " has " + count + " symmetry functions, but scaling data for " +
                           std::to_string(element.scaling.mean.n_elem));
    }
    const NeuralNetwork network(element.layers);
    if (network.n_inputs() != element.functions.size() || network.n_outputs() != 1) {
        throw InvalidInput("model: the network of " + name + " must have " + count + " inputs and 1 output, has " +
                           std::to_string(network.n_inputs()) + " and " + std::to_string(network.n_outputs()));
    }
}

}  // namespace

void Model::require_consistent() const {
    if (elements.empty()) throw InvalidInput("model: expected at least one element");
    for (const ElementModel& element : elements) require_consistent_element(element);
}

}  // namespace nnpot
