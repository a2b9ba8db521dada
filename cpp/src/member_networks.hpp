#pragma once

#include <vector>

#include "nnpot/model.hpp"
#include "nnpot/neural_network.hpp"
#include "nnpot/scaler.hpp"

namespace nnpot {

/// The networks of one element, one for each member of a committee, on raw values of symmetry functions that they
/// share. Each member scales them in its own way.
class MemberNetworks {
public:
    /// @param element  its number among the elements of the models, which all have the same
    MemberNetworks(const std::vector<Model>& members, std::size_t element);

    std::size_t n_members() const noexcept { return members_.size(); }

    /// Energies and their derivatives, of each member and their mean.
    /// @param values  n_functions × n_centers, raw
    void evaluate(const arma::mat& values);

    const arma::rowvec& mean_energies() const noexcept { return mean_energies_; }  ///< n_centers, eV
    const arma::mat& mean_slopes() const noexcept { return mean_slopes_; }  ///< n_functions × n_centers: dE/dG, eV
    const arma::mat& energies() const noexcept { return energies_; }        ///< n_members × n_centers, eV
    const arma::mat& slopes(std::size_t member) const noexcept { return slopes_[member]; }

private:
    struct Member {
        double offset;             ///< eV per atom
        double energy_per_output;  ///< eV
        Scaler scaler;
        NeuralNetwork network;
    };

    void evaluate_member(std::size_t m, const arma::mat& values);

    std::vector<Member> members_;
    arma::mat inputs_;  ///< of the network at work
    NeuralNetwork::Workspace workspace_;
    arma::mat energies_, mean_slopes_;
    arma::rowvec mean_energies_;
    std::vector<arma::mat> slopes_;
};

}  // namespace nnpot
