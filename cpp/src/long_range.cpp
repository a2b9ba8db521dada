#include "nnpot/long_range.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/coulomb_kernel.hpp"
#include "nnpot/element.hpp"
#include "nnpot/units.hpp"

namespace nnpot {
namespace {

/// Those of all neighbors of a list. A block of a run has many, of few elements: they are looked up in a table.
std::vector<double> neighbor_charges(const LongRange& long_range, const NeighborList& list) {
    std::array<double, largest_atomic_number + 1> table;
    table.fill(std::numeric_limits<double>::quiet_NaN());
    for (const auto& [number, charge] : long_range.charges) table.at(static_cast<std::size_t>(number)) = charge;
    std::vector<double> charges(list.n_pairs());
    for (std::size_t p = 0; p < charges.size(); ++p) {
        const int number = list.neighbor_atomic_number[p];
        charges[p] = table.at(static_cast<std::size_t>(number));
        if (std::isnan(charges[p])) (void)long_range.charge_of(number);  // throws
    }
    return charges;
}

}  // namespace

void add_real_space(const NeighborList& list, const LongRange& long_range, Evaluation& evaluation) {
    static const kernels::ScreenedCoulomb screened_coulomb = kernels::best_screened_coulomb();
    const std::vector<double> charges = neighbor_charges(long_range, list);
    const double cutoff_squared = long_range.real_cutoff * long_range.real_cutoff;
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        const double charge = 0.5 * coulomb_constant * long_range.charge_of(list.center_atomic_number[c]);
        const std::size_t p = list.offsets[c];
        evaluation.energies[c] += screened_coulomb(
            charge, long_range.alpha, cutoff_squared,
            {list.offsets[c + 1] - p, list.dx.data() + p, list.dy.data() + p, list.dz.data() + p, charges.data() + p,
             evaluation.gx.data() + p, evaluation.gy.data() + p, evaluation.gz.data() + p});
    }
}

}  // namespace nnpot
