#include "nnpot/predictor.hpp"

#include "nnpot/atomic_virials.hpp"
#include "nnpot/cell_list.hpp"
#include "nnpot/coulomb_part.hpp"
#include "nnpot/uncertainty.hpp"

namespace nnpot {
namespace {

/// From xx yy zz xy xz yz to 3 × 3.
arma::mat33 symmetric(const arma::vec& v) { return {{v(0), v(3), v(4)}, {v(3), v(1), v(5)}, {v(4), v(5), v(2)}}; }

/// How far the @p members are apart; without any, nothing.
void find_spreads(const NeighborList& list, const std::vector<Evaluation>& members, Uncertainty& uncertainty) {
    if (members.empty()) return;
    std::vector<std::vector<double>> forces, energies, totals;
    for (const Evaluation& member : members) {
        forces.emplace_back(3 * list.n_centers(), 0.0);
        member.add_forces(list, forces.back().data());
        energies.push_back(member.energies);
        totals.push_back({member.energy()});
    }
    uncertainty.force_spreads = spreads(forces, 3, list.n_centers());
    uncertainty.energy_spreads = spreads(energies, 1, list.n_centers());
    uncertainty.energy_spread = spreads(totals, 1, 1).front();
}

/// The sums over a structure's atoms and pairs, before they become a Prediction.
struct Sums {
    Evaluation evaluation;
    arma::mat forces;          ///< 3 × n
    arma::vec virial;          ///< xx yy zz xy xz yz
    arma::mat atomic_virials;  ///< 6 × n
    std::optional<Uncertainty> uncertainty;
};

Sums sum_networks(Potential& potential, const NeighborList& list, bool with_uncertainty) {
    const std::size_t n = list.n_centers();
    Sums sums{{},
              arma::mat(3, n, arma::fill::zeros),
              arma::vec(6, arma::fill::zeros),
              arma::mat(6, n, arma::fill::zeros),
              {}};
    std::vector<Extrapolation> extrapolations;
    std::vector<Evaluation> members;
    Findings findings;
    if (with_uncertainty) findings.extrapolations = &extrapolations;
    if (with_uncertainty && potential.n_members() > 1) findings.members = &members;
    potential.compute(list, sums.evaluation, findings);
    sums.evaluation.add_forces(list, sums.forces.memptr());
    sums.evaluation.add_virial(list, sums.virial.memptr());
    add_shared_virials(list, sums.evaluation, sums.atomic_virials.memptr());
    if (!with_uncertainty) return sums;
    sums.uncertainty.emplace();
    sums.uncertainty->grades.assign(n, 0.0);
    raise_grades(list, extrapolations, sums.uncertainty->grades.data());
    find_spreads(list, members, *sums.uncertainty);
    return sums;
}

void add_charges(const CoulombPart& part, Sums& sums) {
    for (std::size_t i = 0; i < sums.evaluation.energies.size(); ++i) sums.evaluation.energies[i] += part.energies(i);
    sums.forces += part.forces;
    sums.atomic_virials += part.virials;
    sums.virial += arma::sum(part.virials, 1);
}

Prediction to_prediction(Sums&& sums) {
    Prediction prediction;
    prediction.energy = sums.evaluation.energy();
    prediction.forces = std::move(sums.forces);
    prediction.virial = symmetric(sums.virial);
    prediction.atomic_energies = arma::vec(sums.evaluation.energies);
    prediction.atomic_virials.set_size(3, 3, sums.atomic_virials.n_cols);
    for (arma::uword i = 0; i < sums.atomic_virials.n_cols; ++i) {
        prediction.atomic_virials.slice(i) = symmetric(sums.atomic_virials.col(i));
    }
    prediction.uncertainty = std::move(sums.uncertainty);
    return prediction;
}

}  // namespace

std::array<double, 6> Prediction::stress(double volume) const noexcept {
    return {-virial(0, 0) / volume, -virial(1, 1) / volume, -virial(2, 2) / volume,
            -virial(1, 2) / volume, -virial(0, 2) / volume, -virial(0, 1) / volume};
}

Predictor::Predictor(const Model& model, Precision precision) : potential_(model, precision) {}
Predictor::Predictor(const std::vector<Model>& members, Precision precision) : potential_(members, precision) {}

Prediction Predictor::predict(const Structure& structure, VerletList* neighbors, bool uncertainty) {
    const double cutoff = potential_.cutoff();
    Sums sums = neighbors == nullptr ? sum_networks(potential_, build_neighbor_list(structure, cutoff), uncertainty)
                                     : sum_networks(potential_, neighbors->update(structure, cutoff), uncertainty);
    if (potential_.long_range()) add_charges(coulomb_part(structure, *potential_.long_range()), sums);
    return to_prediction(std::move(sums));
}

}  // namespace nnpot
