#pragma once

#include <armadillo>
#include <cstddef>
#include <vector>

#include "nnpot/cutoff_function.hpp"
#include "nnpot/neighbor_list.hpp"

namespace nnpot {

/// exp(−eta (d − r_shift)²) of a distance d.
struct RadialGaussian {
    double eta;      ///< 1/Å², ≥ 0
    double r_shift;  ///< Å
};

/// Unit axes, and the stretch by which lengths along one of them are divided.
///
/// The surface of constant d_a, where d_a² = |r|² − (r·a)² (1 − 1/s²), is an ellipsoid that is s times as long
/// along a as across it. Source: docs/theory.md, "Direct forces".
class StretchedAxes {
public:
    /// @param axes     3 × n, one axis per column, of any length but 0: they are normalised
    /// @param stretch  s, finite and > 0
    /// @throws InvalidInput naming the rejected value
    StretchedAxes(const arma::mat& axes, double stretch);

    std::size_t size() const noexcept { return axes_.n_cols; }

    /// How far a neighbor may be whose stretched distance is below @p cutoff, Å.
    double search_radius(double cutoff) const noexcept;

    /// d_a² of the vector (x, y, z), Å².
    double squared_distance(std::size_t axis, double x, double y, double z) const noexcept;

private:
    arma::mat axes_;
    double stretch_;
    double shrink_;  ///< 1 − 1/s²
};

/// What networks that put out forces see of one center's neighbors: sums over the neighbors of each element.
///
/// Rows are sorted by element as given, then by Gaussian as given. Source: docs/theory.md, "Direct forces".
class ForceFeatures {
public:
    /// @param elements   atomic numbers of the neighbors, each once
    /// @param gaussians  at least one, each once
    /// @param cutoff     where neighbors stop to count, Å
    /// @throws InvalidInput naming the rejected value
    ForceFeatures(std::vector<int> elements, std::vector<RadialGaussian> gaussians, const CutoffFunction& cutoff);

    std::size_t size() const noexcept { return elements_.size() * gaussians_.size(); }
    double cutoff() const noexcept { return cutoff_.radius(); }

    /// Σ_j exp(−eta (d − r_shift)²) f_c(d).
    /// @param list  neighbors within cutoff() at least
    /// @return size() × n_centers   @throws UnknownElement for a neighbor of another element
    arma::mat spheres(const NeighborList& list) const;

    /// The same with d_a in the place of d, axis by axis.
    /// @param list  neighbors within axes.search_radius(cutoff()) at least
    /// @return axes.size() size() × n_centers, the rows of one axis together
    arma::mat ellipsoids(const NeighborList& list, const StretchedAxes& axes) const;

    /// Σ_j (r_j / |r_j|) exp(−eta (d − r_shift)²) f_c(d): vectors, which turn with the neighbors.
    /// @return 3 × size() × n_centers
    arma::cube vectors(const NeighborList& list) const;

private:
    std::size_t first_row(int atomic_number) const;
    double value(const RadialGaussian& gaussian, double distance) const noexcept;

    std::vector<int> elements_;
    std::vector<RadialGaussian> gaussians_;
    CutoffFunction cutoff_;
};

}  // namespace nnpot
