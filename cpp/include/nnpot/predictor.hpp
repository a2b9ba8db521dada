#pragma once

#include <armadillo>
#include <array>
#include <optional>
#include <vector>

#include "nnpot/potential.hpp"
#include "nnpot/structure.hpp"
#include "nnpot/verlet_list.hpp"

namespace nnpot {

/// How far a prediction can be trusted (docs/uncertainty.md).
struct Uncertainty {
    std::vector<double> grades;           ///< n: the worst distance from the training data of any symmetry function
    std::vector<double> force_spreads;    ///< n, eV/Å; empty without a committee
    std::vector<double> energy_spreads;   ///< n, eV, of the atoms' energies; empty without a committee
    std::optional<double> energy_spread;  ///< eV, of the total energy; of a committee
};

/// What a model says about a structure of n atoms: the networks, and what the charges of the model add.
struct Prediction {
    double energy = 0.0;        ///< eV
    arma::mat forces;           ///< 3 × n, eV/Å: the exact negative gradient of the energy
    arma::mat33 virial;         ///< −dE/dstrain, eV, symmetric
    arma::vec atomic_energies;  ///< n, eV: shares of the energy
    arma::cube atomic_virials;  ///< 3 × 3 × n, eV, symmetric: shares of the virial, half of a pair's to each end
    std::optional<Uncertainty> uncertainty;  ///< where it was asked for; charges are certain

    /// (1/V) dE/dstrain in eV/Å³, xx yy zz yz xz xy; compression is negative.
    /// @param volume  V of the cell, Å³
    std::array<double, 6> stress(double volume) const noexcept;
};

/// Predicts structures with a model or a committee: energy, forces, virial and their shares, charges included. One
/// instance serves one thread at a time.
class Predictor {
public:
    /// @throws InvalidInput if the parts of the model do not fit each other
    explicit Predictor(const Model& model, Precision precision = Precision::full);

    /// @throws InvalidInput as Potential(): members share elements, functions, cutoff function and charges
    explicit Predictor(const std::vector<Model>& members, Precision precision = Precision::full);

    const Potential& potential() const noexcept { return potential_; }

    /// @param structure    any cell, smaller than the cutoff or not; with charges, periodic in three directions
    /// @param neighbors    keeps the neighbors from one step of a trajectory to the next; null: they are searched
    /// @param uncertainty  whether to find that, too; the rest is the same either way
    /// @throws UnknownElement if an atom is of an element that the model does not hold
    /// @throws InvalidInput if a position is not finite, two atoms are on the same place, or a result is not finite
    Prediction predict(const Structure& structure, VerletList* neighbors = nullptr, bool uncertainty = false);

private:
    Potential potential_;
};

}  // namespace nnpot
