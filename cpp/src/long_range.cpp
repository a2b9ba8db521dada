#include "nnpot/long_range.hpp"

#include <cmath>

#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/ewald.hpp"

namespace nnpot {
namespace {

/// Of the factors in reciprocal space at its end: far below what a network errs.
constexpr double accuracy = 1e-12;

double charge_of(const LongRange& long_range, int atomic_number) {
    const auto found = long_range.charges.find(atomic_number);
    if (found != long_range.charges.end()) return found->second;
    throw UnknownElement("element '" + element_symbol(atomic_number) + "' has no charge in the model");
}

}  // namespace

void add_real_space(const NeighborList& list, const LongRange& long_range, Evaluation& evaluation) {
    const double alpha = long_range.alpha, gaussian = 2.0 * alpha / std::sqrt(arma::datum::pi);
    const double cutoff2 = long_range.real_cutoff * long_range.real_cutoff;
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        const double charge = 0.5 * coulomb_constant * charge_of(long_range, list.center_atomic_number[c]);
        for (std::size_t p = list.offsets[c]; p < list.offsets[c + 1]; ++p) {
            const double r2 = list.dx[p] * list.dx[p] + list.dy[p] * list.dy[p] + list.dz[p] * list.dz[p];
            if (r2 >= cutoff2) continue;
            const double r = std::sqrt(r2), product = charge * charge_of(long_range, list.neighbor_atomic_number[p]);
            const double energy = product * std::erfc(alpha * r) / r;
            const double slope = -(energy + product * gaussian * std::exp(-alpha * alpha * r2)) / r2;  // dE/dr / r
            evaluation.energies[c] += energy;
            evaluation.gx[p] += slope * list.dx[p];
            evaluation.gy[p] += slope * list.dy[p];
            evaluation.gz[p] += slope * list.dz[p];
        }
    }
}

ReciprocalPart reciprocal_part(const Structure& structure, const LongRange& long_range) {
    const std::size_t n = structure.n_atoms();
    ChargeKinds charges{std::vector<unsigned>(n, 0), arma::vec(n), 1};
    for (std::size_t i = 0; i < n; ++i) charges.weights(i) = charge_of(long_range, structure.atomic_numbers[i]);
    const EwaldSplit split = EwaldSplit::with_accuracy(long_range.alpha, accuracy);
    CoulombSums sums(n, 1);
    add_reciprocal_space(structure, charges, split, sums);
    add_self_term(structure, charges, split, sums);
    return {sums.potentials.col(0), sums.fields.slice(0).t(), sums.virials.slice(0).t()};
}

}  // namespace nnpot
