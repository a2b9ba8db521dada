#include "nnpot/descriptor.hpp"

#include <algorithm>
#include <map>

#include "nnpot/element.hpp"
#include "nnpot/error.hpp"

namespace nnpot {

Descriptor::Descriptor(const std::vector<SymmetryFunction>& functions, CutoffType cutoff_type, double cutoff_alpha) {
    std::map<int, std::vector<SymmetryFunction>> by_center;
    for (const SymmetryFunction& function : functions) by_center[function.center].push_back(function);
    for (const SymmetryFunction& function : functions) {
        for (const int number : {function.neighbor, function.neighbor2}) {
            if (number == 0 || by_center.count(number) > 0) continue;
            throw InvalidInput("symmetry functions: element " + element_symbol(number) +
                               " appears as a neighbor but has no functions of its own");
        }
    }
    for (auto& [number, own] : by_center) {
        atomic_numbers_.push_back(number);
        sets_.emplace_back(std::move(own), cutoff_type, cutoff_alpha);
    }
    if (sets_.empty()) throw InvalidInput("symmetry functions: expected at least one");
}

double Descriptor::cutoff() const noexcept {
    double largest = 0.0;
    for (const SymmetryFunctionSet& set : sets_) largest = std::max(largest, set.cutoff());
    return largest;
}

std::size_t Descriptor::largest_size() const noexcept {
    std::size_t largest = 0;
    for (const SymmetryFunctionSet& set : sets_) largest = std::max(largest, set.size());
    return largest;
}

const SymmetryFunctionSet& Descriptor::functions_of(int atomic_number) const {
    const auto found = std::find(atomic_numbers_.begin(), atomic_numbers_.end(), atomic_number);
    if (found == atomic_numbers_.end()) {
        throw UnknownElement("element '" + element_symbol(atomic_number) + "' has no symmetry functions");
    }
    return sets_[static_cast<std::size_t>(found - atomic_numbers_.begin())];
}

arma::mat Descriptor::values(const NeighborList& list) const {
    arma::mat values(largest_size(), list.n_centers(), arma::fill::zeros);
    SymmetryFunctionWorkspace workspace;
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        functions_of(list.center_atomic_number[c]).forward(list, c, workspace.get(), values.colptr(c));
    }
    return values;
}

namespace {

/// Indices of all pairs, each center's pair with itself before its neighbors.
Descriptor::Jacobian list_pairs(const NeighborList& list, std::size_t n_functions) {
    const std::size_t n = list.n_pairs() + list.n_centers();
    Descriptor::Jacobian result;
    result.values.zeros(n_functions, list.n_centers());
    result.gradient.zeros(3, n_functions, n);
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        result.center.push_back(list.center_index[c]);
        result.neighbor.push_back(list.center_index[c]);
        for (std::size_t p = list.offsets[c]; p < list.offsets[c + 1]; ++p) {
            result.center.push_back(list.center_index[c]);
            result.neighbor.push_back(list.neighbor_index[p]);
        }
    }
    return result;
}

/// Copies the derivative of function @p f to its place in the rows of one center.
void store_gradient(const std::vector<double>& gx, const std::vector<double>& gy, const std::vector<double>& gz,
                    std::size_t f, std::size_t self_row, arma::cube& gradient) {
    for (std::size_t p = 0; p < gx.size(); ++p) {
        const arma::vec3 g{gx[p], gy[p], gz[p]};
        for (unsigned axis = 0; axis < 3; ++axis) {
            gradient(axis, f, self_row + 1 + p) = g(axis);
            gradient(axis, f, self_row) -= g(axis);
        }
    }
}

}  // namespace

Descriptor::Jacobian Descriptor::jacobian(const NeighborList& list) const {
    Jacobian result = list_pairs(list, largest_size());
    SymmetryFunctionWorkspace workspace;
    std::vector<double> gx, gy, gz, selection;
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        const SymmetryFunctionSet& set = functions_of(list.center_atomic_number[c]);
        const std::size_t n = list.offsets[c + 1] - list.offsets[c];
        for (std::vector<double>* component : {&gx, &gy, &gz}) component->resize(n);
        set.forward(list, c, workspace.get(), result.values.colptr(c));
        for (std::size_t f = 0; f < set.size(); ++f) {
            selection.assign(set.size(), 0.0);
            selection[f] = 1.0;
            set.backward(workspace.get(), selection.data(), gx.data(), gy.data(), gz.data());
            store_gradient(gx, gy, gz, f, list.offsets[c] + c, result.gradient);
        }
    }
    return result;
}

}  // namespace nnpot
