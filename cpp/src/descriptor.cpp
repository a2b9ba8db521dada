#include "nnpot/descriptor.hpp"

#include <algorithm>
#include <map>
#include <string>

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

/// The sweeps over one center after the other, and the memory that they share.
class CenterSweep {
public:
    std::vector<double> gx, gy, gz;  ///< one per neighbor: result of backward(), input of tangent()

    void forward(const SymmetryFunctionSet& set, const NeighborList& list, std::size_t center, double* values) {
        set_ = &set;
        for (std::vector<double>* component : {&gx, &gy, &gz}) {
            component->resize(list.offsets[center + 1] - list.offsets[center]);
        }
        set.forward(list, center, workspace_.get(), values);
    }

    void backward(const double* weights) { set_->backward(workspace_.get(), weights, gx.data(), gy.data(), gz.data()); }

    void tangent(double* changes) { set_->tangent(workspace_.get(), gx.data(), gy.data(), gz.data(), changes); }

    /// The derivative of one function alone.
    void backward_of(std::size_t function) {
        selection_.assign(set_->size(), 0.0);
        selection_[function] = 1.0;
        backward(selection_.data());
    }

private:
    const SymmetryFunctionSet* set_ = nullptr;
    SymmetryFunctionWorkspace workspace_;
    std::vector<double> selection_;
};

/// Indices of all pairs, each center's pair with itself before its neighbors.
Descriptor::Jacobian list_pairs(const NeighborList& list, std::size_t n_functions) {
    const std::size_t n = list.n_pairs() + list.n_centers();
    Descriptor::Jacobian result;
    result.values.zeros(n_functions, list.n_centers());
    result.gradient.zeros(3, n_functions, n);
    result.vector.zeros(3, n);
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        result.center.push_back(list.center_index[c]);
        result.neighbor.push_back(list.center_index[c]);
        for (std::size_t p = list.offsets[c]; p < list.offsets[c + 1]; ++p) {
            result.vector.col(result.center.size()) = arma::vec3{list.dx[p], list.dy[p], list.dz[p]};
            result.center.push_back(list.center_index[c]);
            result.neighbor.push_back(list.neighbor_index[p]);
        }
    }
    return result;
}

/// Copies the derivative of function @p f to its place in the rows of one center.
void store_gradient(const CenterSweep& sweep, std::size_t f, std::size_t self_row, arma::cube& gradient) {
    const std::size_t stride = gradient.n_rows * gradient.n_cols;
    double* const self = gradient.slice_memptr(self_row) + 3 * f;
    double x = 0.0, y = 0.0, z = 0.0;
    for (std::size_t p = 0; p < sweep.gx.size(); ++p) {
        double* const to = self + (p + 1) * stride;
        x += to[0] = sweep.gx[p];
        y += to[1] = sweep.gy[p];
        z += to[2] = sweep.gz[p];
    }
    self[0] = -x;
    self[1] = -y;
    self[2] = -z;
}

/// Adds the derivatives with respect to the neighbor vectors of one center to those of the atoms and the strain.
void add_gradient(const CenterSweep& sweep, const NeighborList& list, std::size_t center,
                  Descriptor::Gradient& gradient) {
    for (std::size_t p = 0; p < sweep.gx.size(); ++p) {
        const std::size_t pair = list.offsets[center] + p;
        const arma::vec3 g{sweep.gx[p], sweep.gy[p], sweep.gz[p]};
        const arma::vec3 x{list.dx[pair], list.dy[pair], list.dz[pair]};
        gradient.positions.col(list.neighbor_index[pair]) += g;
        gradient.positions.col(center) -= g;
        gradient.strain += x * g.t();
    }
}

/// How the neighbor vectors of one center change when the atoms move and all is strained.
void fill_velocities(const NeighborList& list, std::size_t center, const arma::mat& displacement,
                     const arma::mat33& strain, CenterSweep& sweep) {
    const double* const own = displacement.colptr(center);
    for (std::size_t p = 0; p < sweep.gx.size(); ++p) {
        const std::size_t pair = list.offsets[center] + p;
        const double* const other = displacement.colptr(list.neighbor_index[pair]);
        const double x = list.dx[pair], y = list.dy[pair], z = list.dz[pair];
        sweep.gx[p] = other[0] - own[0] + x * strain(0, 0) + y * strain(1, 0) + z * strain(2, 0);
        sweep.gy[p] = other[1] - own[1] + x * strain(0, 1) + y * strain(1, 1) + z * strain(2, 1);
        sweep.gz[p] = other[2] - own[2] + x * strain(0, 2) + y * strain(1, 2) + z * strain(2, 2);
    }
}

void require_size(const arma::mat& matrix, std::size_t n_rows, std::size_t n_atoms, const char* name) {
    if (matrix.n_rows == n_rows && matrix.n_cols == n_atoms) return;
    throw InvalidInput(std::string(name) + ": expected " + std::to_string(n_rows) + " values for each of " +
                       std::to_string(n_atoms) + " atoms, got " + std::to_string(matrix.n_rows) + " for each of " +
                       std::to_string(matrix.n_cols));
}

/// Refuses lists in which an index is not the number of a center, such as those with LAMMPS's ghosts.
void require_whole_structure(const NeighborList& list) {
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        if (list.center_index[c] != c)
            throw InvalidInput("neighbor list: expected the atoms in their order as centers");
    }
    for (const std::size_t index : list.neighbor_index) {
        if (index >= list.n_centers()) throw InvalidInput("neighbor list: expected every neighbor among the centers");
    }
}

}  // namespace

Descriptor::Jacobian Descriptor::jacobian(const NeighborList& list) const {
    Jacobian result = list_pairs(list, largest_size());
    CenterSweep sweep;
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        const SymmetryFunctionSet& set = functions_of(list.center_atomic_number[c]);
        sweep.forward(set, list, c, result.values.colptr(c));
        for (std::size_t f = 0; f < set.size(); ++f) {
            sweep.backward_of(f);
            store_gradient(sweep, f, list.offsets[c] + c, result.gradient);
        }
    }
    return result;
}

Descriptor::Gradient Descriptor::vjp(const NeighborList& list, const arma::mat& weights) const {
    require_whole_structure(list);
    require_size(weights, largest_size(), list.n_centers(), "weights");
    Gradient result{arma::mat(3, list.n_centers(), arma::fill::zeros), arma::mat33(arma::fill::zeros)};
    CenterSweep sweep;
    std::vector<double> values(largest_size());
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        sweep.forward(functions_of(list.center_atomic_number[c]), list, c, values.data());
        sweep.backward(weights.colptr(c));
        add_gradient(sweep, list, c, result);
    }
    return result;
}

arma::mat Descriptor::jvp(const NeighborList& list, const arma::mat& displacement, const arma::mat33& strain) const {
    require_whole_structure(list);
    require_size(displacement, 3, list.n_centers(), "displacement");
    arma::mat result(largest_size(), list.n_centers(), arma::fill::zeros);
    CenterSweep sweep;
    std::vector<double> values(largest_size());
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        sweep.forward(functions_of(list.center_atomic_number[c]), list, c, values.data());
        fill_velocities(list, c, displacement, strain, sweep);
        sweep.tangent(result.colptr(c));
    }
    return result;
}

}  // namespace nnpot
