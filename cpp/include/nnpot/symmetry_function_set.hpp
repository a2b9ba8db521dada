#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "nnpot/angular_sums.hpp"
#include "nnpot/cutoff_function.hpp"
#include "nnpot/neighbor_list.hpp"
#include "nnpot/precision.hpp"
#include "nnpot/symmetry_function.hpp"

namespace nnpot {

/// The symmetry functions of one center element, grouped so that they share distances, cutoff values,
/// exponentials and powers. forward() gives the values G, backward() the derivative of any weighted sum of them
/// with respect to the neighbor vectors, tangent() their change along a motion, without ever forming dG/dx.
class SymmetryFunctionSet {
public:
    /// What forward() computed for one center and the other sweeps read again; reusable for any center and set.
    class Workspace;
    /// The functions in the order in which they are evaluated.
    struct Groups;

    /// @param functions  all of one center element, in any order; sorted here
    /// @throws InvalidInput if there are none or two are the same
    SymmetryFunctionSet(std::vector<SymmetryFunction> functions, CutoffType cutoff_type, double cutoff_alpha,
                        AngularSums sums = wanted_angular_sums());
    ~SymmetryFunctionSet();
    SymmetryFunctionSet(SymmetryFunctionSet&&) noexcept;
    SymmetryFunctionSet& operator=(SymmetryFunctionSet&&) noexcept;

    const std::vector<SymmetryFunction>& functions() const noexcept { return functions_; }
    std::size_t size() const noexcept { return functions_.size(); }
    double cutoff() const noexcept { return cutoff_; }  ///< the largest, Å

    /// Values of all functions for center @p center of @p list, in sorted order.
    /// @param values  size() numbers, overwritten
    void forward(const NeighborList& list, std::size_t center, Workspace& workspace, double* values) const;

    /// d(Σ weights G)/d(neighbor vector), after forward() with the same workspace.
    /// @param weights  size() numbers, e.g. dE/dG
    /// @param gx, gy, gz  one number per neighbor of that center, overwritten
    void backward(Workspace& workspace, const double* weights, double* gx, double* gy, double* gz) const;

    /// dG/dt where the neighbor vectors change by dx/dt = vx, and so on, after forward() with the same workspace.
    /// @param vx, vy, vz  one number per neighbor of that center
    /// @param changes     size() numbers, overwritten
    void tangent(Workspace& workspace, const double* vx, const double* vy, const double* vz, double* changes) const;

private:
    std::vector<SymmetryFunction> functions_;
    double cutoff_ = 0.0;
    std::unique_ptr<Groups> groups_;
};

/// Owner of a workspace that headers can hold without seeing its inside.
class SymmetryFunctionWorkspace {
public:
    explicit SymmetryFunctionWorkspace(Precision precision = Precision::full);
    ~SymmetryFunctionWorkspace();
    SymmetryFunctionWorkspace(SymmetryFunctionWorkspace&&) noexcept;
    SymmetryFunctionWorkspace& operator=(SymmetryFunctionWorkspace&&) noexcept;

    SymmetryFunctionSet::Workspace& get() noexcept { return *inside_; }

private:
    std::unique_ptr<SymmetryFunctionSet::Workspace> inside_;
};

}  // namespace nnpot
