#include "nnpot/symmetry_function_set.hpp"

#include <algorithm>

#include "nnpot/error.hpp"
#include "symmetry_function_groups.hpp"
#include "symmetry_function_sweep.hpp"

namespace nnpot {
namespace {

void require_distinct(const std::vector<SymmetryFunction>& sorted) {
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        if (!comes_before(sorted[i - 1], sorted[i])) {
            throw InvalidInput("symmetry function '" + to_text(sorted[i]) + "' is given twice");
        }
    }
}

}  // namespace

class SymmetryFunctionSet::Workspace {
public:
    explicit Workspace(Precision precision) : is_mixed(precision == Precision::mixed) {}

    bool is_mixed;
    SymmetryFunctionSweep<double> in_double;
    SymmetryFunctionSweep<float> in_single;
};

SymmetryFunctionSet::SymmetryFunctionSet(std::vector<SymmetryFunction> functions, CutoffType cutoff_type,
                                         double cutoff_alpha, AngularSums sums)
    : functions_(std::move(functions)) {
    if (functions_.empty()) throw InvalidInput("symmetry functions: a center element needs at least one");
    std::sort(functions_.begin(), functions_.end(), comes_before);
    require_distinct(functions_);
    for (const SymmetryFunction& function : functions_) cutoff_ = std::max(cutoff_, function.cutoff);
    groups_ = std::make_unique<Groups>(group_functions(functions_, cutoff_type, cutoff_alpha, sums));
}

SymmetryFunctionSet::~SymmetryFunctionSet() = default;
SymmetryFunctionSet::SymmetryFunctionSet(SymmetryFunctionSet&&) noexcept = default;
SymmetryFunctionSet& SymmetryFunctionSet::operator=(SymmetryFunctionSet&&) noexcept = default;

void SymmetryFunctionSet::forward(const NeighborList& list, std::size_t center, Workspace& workspace,
                                  double* values) const {
    if (workspace.is_mixed) return workspace.in_single.forward(*groups_, list, center, values);
    workspace.in_double.forward(*groups_, list, center, values);
}

void SymmetryFunctionSet::backward(Workspace& workspace, const double* weights, double* gx, double* gy,
                                   double* gz) const {
    if (workspace.is_mixed) return workspace.in_single.backward(*groups_, weights, gx, gy, gz);
    workspace.in_double.backward(*groups_, weights, gx, gy, gz);
}

void SymmetryFunctionSet::tangent(Workspace& workspace, const double* vx, const double* vy, const double* vz,
                                  double* changes) const {
    if (workspace.is_mixed) return workspace.in_single.tangent(*groups_, vx, vy, vz, changes);
    workspace.in_double.tangent(*groups_, vx, vy, vz, changes);
}

SymmetryFunctionWorkspace::SymmetryFunctionWorkspace(Precision precision)
    : inside_(std::make_unique<SymmetryFunctionSet::Workspace>(precision)) {}
SymmetryFunctionWorkspace::~SymmetryFunctionWorkspace() = default;
SymmetryFunctionWorkspace::SymmetryFunctionWorkspace(SymmetryFunctionWorkspace&&) noexcept = default;
SymmetryFunctionWorkspace& SymmetryFunctionWorkspace::operator=(SymmetryFunctionWorkspace&&) noexcept = default;

}  // namespace nnpot
