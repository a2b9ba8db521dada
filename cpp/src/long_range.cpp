#include "nnpot/long_range.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/coulomb_kernel.hpp"
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

/// Those of all neighbors of a list. A block of a run has many, of few elements: they are looked up in a table.
std::vector<double> neighbor_charges(const LongRange& long_range, const NeighborList& list) {
    std::array<double, largest_atomic_number + 1> table;
    table.fill(std::numeric_limits<double>::quiet_NaN());
    for (const auto& [number, charge] : long_range.charges) table.at(static_cast<std::size_t>(number)) = charge;
    std::vector<double> charges(list.n_pairs());
    for (std::size_t p = 0; p < charges.size(); ++p) {
        const int number = list.neighbor_atomic_number[p];
        charges[p] = table.at(static_cast<std::size_t>(number));
        if (std::isnan(charges[p])) (void)charge_of(long_range, number);  // throws
    }
    return charges;
}

}  // namespace

void add_real_space(const NeighborList& list, const LongRange& long_range, Evaluation& evaluation) {
    static const kernels::ScreenedCoulomb screened_coulomb = kernels::best_screened_coulomb();
    const std::vector<double> charges = neighbor_charges(long_range, list);
    const double cutoff_squared = long_range.real_cutoff * long_range.real_cutoff;
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        const double charge = 0.5 * coulomb_constant * charge_of(long_range, list.center_atomic_number[c]);
        const std::size_t p = list.offsets[c];
        evaluation.energies[c] += screened_coulomb(
            charge, long_range.alpha, cutoff_squared,
            {list.offsets[c + 1] - p, list.dx.data() + p, list.dy.data() + p, list.dz.data() + p, charges.data() + p,
             evaluation.gx.data() + p, evaluation.gy.data() + p, evaluation.gz.data() + p});
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
