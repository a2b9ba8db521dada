#include "member_networks.hpp"

#include "nnpot/element.hpp"

namespace nnpot {

MemberNetworks::MemberNetworks(const std::vector<Model>& members, std::size_t element) : slopes_(members.size()) {
    for (const Model& model : members) {
        const ElementModel& own = model.elements[element];
        members_.push_back({own.atom_energy + model.mean_energy, model.energy_per_output,
                            Scaler(model.scaling_mode, own.scaling, model.scale_min, model.scale_max,
                                   element_symbol(own.atomic_number)),
                            NeuralNetwork(own.layers)});
    }
}

void MemberNetworks::evaluate(const arma::mat& values) {
    energies_.set_size(n_members(), values.n_cols);
    for (std::size_t m = 0; m < n_members(); ++m) evaluate_member(m, values);
    mean_energies_ = energies_.row(0);
    mean_slopes_ = slopes_[0];
    if (n_members() == 1) return;
    for (std::size_t m = 1; m < n_members(); ++m) {
        mean_energies_ += energies_.row(m);
        mean_slopes_ += slopes_[m];
    }
    mean_energies_ /= static_cast<double>(n_members());
    mean_slopes_ /= static_cast<double>(n_members());
}

void MemberNetworks::evaluate_member(std::size_t m, const arma::mat& values) {
    const Member& member = members_[m];
    inputs_ = values;
    for (arma::uword c = 0; c < inputs_.n_cols; ++c) member.scaler.apply(inputs_.colptr(c));
    const auto& [output, gradient] = member.network.evaluate_with_gradient(inputs_, workspace_);
    energies_.row(m) = output.row(0) * member.energy_per_output + member.offset;
    slopes_[m] = gradient;
    for (arma::uword c = 0; c < gradient.n_cols; ++c) {
        double* const slopes = slopes_[m].colptr(c);
        const double* const factor = member.scaler.factor().memptr();
        for (arma::uword f = 0; f < gradient.n_rows; ++f) slopes[f] = slopes[f] * factor[f] * member.energy_per_output;
    }
}

}  // namespace nnpot
