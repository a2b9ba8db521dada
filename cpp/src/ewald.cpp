#include "nnpot/ewald.hpp"

#include <cmath>

#include "nnpot/cell_list.hpp"
#include "nnpot/error.hpp"

namespace nnpot {
namespace {

constexpr unsigned first_axis[6] = {0, 1, 2, 0, 0, 1};
constexpr unsigned second_axis[6] = {0, 1, 2, 1, 2, 2};

double volume_of(const Structure& structure) { return std::abs(arma::det(structure.cell.vectors())); }

/// Σ weights of each kind.
arma::vec total_weights(const ChargeKinds& charges) {
    arma::vec totals(charges.n_kinds, arma::fill::zeros);
    for (std::size_t i = 0; i < charges.kinds.size(); ++i) totals(charges.kinds[i]) += charges.weights(i);
    return totals;
}

void require_fitting(const Structure& structure, const ChargeKinds& charges) {
    require_valid(structure);
    if (charges.kinds.size() != structure.n_atoms() || charges.weights.n_elem != structure.n_atoms()) {
        throw InvalidInput("charges: expected " + std::to_string(structure.n_atoms()) + " kinds and weights, got " +
                           std::to_string(charges.kinds.size()) + " and " + std::to_string(charges.weights.n_elem));
    }
    for (const unsigned kind : charges.kinds) {
        if (kind >= charges.n_kinds) {
            throw InvalidInput("charges: kinds must be below " + std::to_string(charges.n_kinds) + ", got " +
                               std::to_string(kind));
        }
    }
}

void add_isotropic(double energy, std::size_t i, unsigned b, CoulombSums& sums) {
    sums.potentials(i, b) += energy;
    for (unsigned c = 0; c < 3; ++c) sums.virials(i, c, b) += energy;
}

}  // namespace

EwaldSplit EwaldSplit::with_accuracy(double alpha, double accuracy) {
    if (!(alpha > 0.0) || !std::isfinite(alpha)) {
        throw InvalidInput("Ewald sum: the splitting parameter must be above 0 (1/Å), got " + std::to_string(alpha));
    }
    if (!(accuracy > 0.0 && accuracy < 1.0)) {
        throw InvalidInput("Ewald sum: the accuracy must lie between 0 and 1, got " + std::to_string(accuracy));
    }
    const double width = std::sqrt(-std::log(accuracy));
    return {alpha, width / alpha, 2.0 * alpha * width};
}

CoulombSums::CoulombSums(std::size_t n_atoms, unsigned n_kinds)
    : potentials(n_atoms, n_kinds, arma::fill::zeros),
      fields(n_atoms, 3, n_kinds, arma::fill::zeros),
      virials(n_atoms, 6, n_kinds, arma::fill::zeros) {}

void add_real_space(const Structure& structure, const ChargeKinds& charges, const EwaldSplit& split,
                    CoulombSums& sums) {
    require_fitting(structure, charges);
    const NeighborList list = build_neighbor_list(structure, split.real_cutoff);
    const double gaussian = 2.0 * split.alpha / std::sqrt(arma::datum::pi);
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        const std::size_t i = list.center_index[c];
        for (std::size_t p = list.offsets[c]; p < list.offsets[c + 1]; ++p) {
            const std::size_t j = list.neighbor_index[p];
            const arma::vec3 x{list.dx[p], list.dy[p], list.dz[p]};
            const double r = arma::norm(x), ar = split.alpha * r;
            const double product = coulomb_constant * charges.weights(i) * charges.weights(j);
            const double energy = product * std::erfc(ar) / r;
            const double force = (energy + product * gaussian * std::exp(-ar * ar)) / (r * r);  // −dE/dr / r
            const unsigned b = charges.kinds[j];
            sums.potentials(i, b) += 0.5 * energy;  // each pair comes from both its ends
            for (unsigned d = 0; d < 3; ++d) sums.fields(i, d, b) -= force * x(d);
            for (unsigned d = 0; d < 6; ++d) {
                sums.virials(i, d, b) += 0.5 * force * x(first_axis[d]) * x(second_axis[d]);
            }
        }
    }
}

void add_self_term(const Structure& structure, const ChargeKinds& charges, const EwaldSplit& split, CoulombSums& sums) {
    require_fitting(structure, charges);
    const double self = coulomb_constant * split.alpha / std::sqrt(arma::datum::pi);
    const double background =
        -coulomb_constant * arma::datum::pi / (2.0 * volume_of(structure) * split.alpha * split.alpha);
    const arma::vec totals = total_weights(charges);
    for (std::size_t i = 0; i < charges.kinds.size(); ++i) {
        const double weight = charges.weights(i);
        sums.potentials(i, charges.kinds[i]) -= self * weight * weight;
        for (unsigned b = 0; b < charges.n_kinds; ++b) add_isotropic(background * weight * totals(b), i, b, sums);
    }
}

void add_dipole_term(const Structure& structure, const ChargeKinds& charges, const arma::vec3& factors,
                     CoulombSums& sums) {
    require_fitting(structure, charges);
    arma::mat dipoles(3, charges.n_kinds, arma::fill::zeros);
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) {
        dipoles.col(charges.kinds[i]) += charges.weights(i) * structure.positions.col(i);
    }
    const double constant = coulomb_constant * 2.0 * arma::datum::pi / volume_of(structure);
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) {
        const arma::vec3 r = charges.weights(i) * structure.positions.col(i);
        for (unsigned b = 0; b < charges.n_kinds; ++b) {
            const arma::vec3 dipole = constant * dipoles.col(b);
            add_isotropic(arma::dot(factors, r % dipole), i, b, sums);
            for (unsigned d = 0; d < 3; ++d) sums.fields(i, d, b) -= 2.0 * charges.weights(i) * factors(d) * dipole(d);
            for (unsigned d = 0; d < 6; ++d) {
                const unsigned x = first_axis[d], y = second_axis[d];
                sums.virials(i, d, b) -= factors(x) * r(x) * dipole(y) + factors(y) * r(y) * dipole(x);
            }
        }
    }
}

CoulombSums coulomb_sums(const Structure& structure, const ChargeKinds& charges, const EwaldSplit& split,
                         const arma::vec3& dipole_factors) {
    CoulombSums sums(structure.n_atoms(), charges.n_kinds);
    if (split.real_cutoff > 0.0) add_real_space(structure, charges, split, sums);
    add_self_term(structure, charges, split, sums);
    add_reciprocal_space(structure, charges, split, sums);
    add_dipole_term(structure, charges, dipole_factors, sums);
    return sums;
}

}  // namespace nnpot
