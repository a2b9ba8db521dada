#pragma once

#include <armadillo>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "nnpot/symmetry_function_set.hpp"
#include "reference.hpp"

/// Symmetry functions of one center, evaluated in both directions and both precisions.
namespace reference {

constexpr nnpot::Precision precisions[] = {nnpot::Precision::full, nnpot::Precision::mixed};

inline nnpot::SymmetryFunctionSet make_set(const std::vector<std::string>& lines, nnpot::CutoffType type,
                                           double alpha = 0.0, nnpot::AngularSums sums = nnpot::wanted_angular_sums()) {
    std::vector<nnpot::SymmetryFunction> functions;
    for (const std::string& text : lines) functions.push_back(nnpot::parse_symmetry_function(text));
    return {functions, type, alpha, sums};
}

struct Sweep {
    std::vector<double> values;
    arma::mat gradient;  ///< 3 × neighbors: d(Σ weights values)/d(neighbor vector)
};

/// Both sweeps for one center; all weights are 1 if there are none.
inline Sweep sweep(const nnpot::SymmetryFunctionSet& set, const nnpot::NeighborList& list, std::size_t center,
                   nnpot::Precision precision = nnpot::Precision::full, std::vector<double> weights = {}) {
    const std::size_t n = list.offsets[center + 1] - list.offsets[center];
    weights.resize(set.size(), weights.empty() ? 1.0 : 0.0);
    std::vector<double> gx(n), gy(n), gz(n);
    Sweep result{std::vector<double>(set.size()), arma::mat(3, n)};
    nnpot::SymmetryFunctionWorkspace workspace(precision);
    set.forward(list, center, workspace.get(), result.values.data());
    set.backward(workspace.get(), weights.data(), gx.data(), gy.data(), gz.data());
    for (std::size_t i = 0; i < n; ++i) result.gradient.col(i) = arma::vec{gx[i], gy[i], gz[i]};
    return result;
}

/// How fast all functions change when the neighbors move with the velocities @p direction, 3 × neighbors.
inline std::vector<double> tangent(const nnpot::SymmetryFunctionSet& set, const nnpot::NeighborList& list,
                                   std::size_t center, nnpot::Precision precision, const arma::mat& direction) {
    std::vector<double> values(set.size()), changes(set.size());
    const arma::mat rows = direction.t();
    nnpot::SymmetryFunctionWorkspace workspace(precision);
    set.forward(list, center, workspace.get(), values.data());
    set.tangent(workspace.get(), rows.colptr(0), rows.colptr(1), rows.colptr(2), changes.data());
    return changes;
}

/// What the slow reference says of all functions of a set.
inline std::vector<double> slow_values(const nnpot::SymmetryFunctionSet& set, const nnpot::NeighborList& list,
                                       std::size_t center, nnpot::CutoffType type, double alpha = 0.0) {
    std::vector<double> values;
    for (const nnpot::SymmetryFunction& function : set.functions()) {
        values.push_back(symmetry_function(function, {type, function.cutoff, alpha}, list, center));
    }
    return values;
}

/// A center of the given element with neighbors of O and H in turn at random between two distances.
inline nnpot::NeighborList random_environment(std::size_t n_neighbors, double nearest, double farthest, unsigned seed,
                                              int center = 8) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> distance(nearest, farthest), height(-1.0, 1.0), turn(0.0, 6.2831853);
    nnpot::NeighborList list;
    list.begin_center(0, center);
    for (std::size_t i = 0; i < n_neighbors; ++i) {
        const double r = distance(random), z = height(random), phi = turn(random), s = std::sqrt(1.0 - z * z);
        list.add_neighbor(i + 1, i % 3 == 0 ? 8 : 1, r * s * std::cos(phi), r * s * std::sin(phi), r * z);
    }
    return list;
}

}  // namespace reference
