#pragma once

#include <armadillo>
#include <vector>

#include "nnpot/neighbor_list.hpp"
#include "nnpot/symmetry_function_set.hpp"

namespace nnpot {

/// The symmetry functions of all elements, for training and analysis: raw values and their derivatives.
class Descriptor {
public:
    /// @param functions  of all elements, in any order
    /// @throws InvalidInput if an element that appears as a neighbor has no functions of its own
    Descriptor(const std::vector<SymmetryFunction>& functions, CutoffType cutoff_type, double cutoff_alpha);

    double cutoff() const noexcept;             ///< Å
    std::size_t largest_size() const noexcept;  ///< most functions of any element
    const std::vector<int>& atomic_numbers() const noexcept { return atomic_numbers_; }
    const SymmetryFunctionSet& functions_of(int atomic_number) const;  ///< @throws UnknownElement

    /// Raw values, largest_size() × n_centers; rows beyond an element's own functions are 0.
    arma::mat values(const NeighborList& list) const;

    /// Derivatives of the values, pair by pair. Each center comes first with itself (its own derivative,
    /// minus the sum of the others), then with its neighbors; images of one atom are separate pairs.
    struct Jacobian {
        arma::mat values;                   ///< as values()
        std::vector<std::size_t> center;    ///< caller's index
        std::vector<std::size_t> neighbor;  ///< caller's index
        arma::cube gradient;                ///< 3 × largest_size() × n: dG_center / dr_neighbor, 1/Å
        arma::mat vector;                   ///< 3 × n: r_neighbor − r_center of that image, Å; 0 for the center itself
    };

    Jacobian jacobian(const NeighborList& list) const;

    /// Derivatives of a weighted sum of all values.
    struct Gradient {
        arma::mat positions;  ///< 3 × n_centers: d(sum)/dr, 1/Å
        arma::mat33 strain;   ///< d(sum)/dstrain, symmetric but for rounding
    };

    /// The weights times the Jacobian, by one adjoint sweep and without the Jacobian.
    /// @param list     every atom a center in the order of its index, as build_neighbor_list() makes it
    /// @param weights  largest_size() × n_centers; rows beyond an element's own functions are ignored
    /// @throws InvalidInput if the sizes do not fit
    Gradient vjp(const NeighborList& list, const arma::mat& weights) const;

    /// The Jacobian times a displacement of the atoms and a strain: how fast the values change on the way. Takes
    /// about the time of vjp(), of which it is the transpose, by one forward sweep and without the Jacobian.
    /// @param list          as for vjp()
    /// @param displacement  3 × n_centers
    /// @param strain        strain(a, b) moves every neighbor vector x by x_a strain(a, b) along axis b
    /// @return largest_size() × n_centers, in 1/Å times the unit of the displacement
    /// @throws InvalidInput if the sizes do not fit
    arma::mat jvp(const NeighborList& list, const arma::mat& displacement, const arma::mat33& strain) const;

private:
    std::vector<int> atomic_numbers_;
    std::vector<SymmetryFunctionSet> sets_;
};

}  // namespace nnpot
