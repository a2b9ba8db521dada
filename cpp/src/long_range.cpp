#include "nnpot/long_range.hpp"

#include <cmath>
#include <limits>

#include "kernels/coulomb_kernel.hpp"
#include "nnpot/units.hpp"

namespace nnpot {

RealSpace::RealSpace(const LongRange& long_range) : long_range_(long_range) {
    charge_of_.fill(std::numeric_limits<double>::quiet_NaN());
    for (const auto& [number, charge] : long_range.charges) charge_of_.at(static_cast<std::size_t>(number)) = charge;
}

void RealSpace::find_charges(const NeighborList& list) {
    if (charges_.size() < list.n_pairs()) charges_.resize(list.n_pairs());
    for (std::size_t p = 0; p < list.n_pairs(); ++p) {
        const int number = list.neighbor_atomic_number[p];
        charges_[p] = charge_of_.at(static_cast<std::size_t>(number));
        if (std::isnan(charges_[p])) (void)long_range_.charge_of(number);  // throws
    }
}

void RealSpace::compute(const NeighborList& list, Evaluation& evaluation) {
    static const kernels::ScreenedCoulomb screened_coulomb = kernels::best_screened_coulomb();
    find_charges(list);
    evaluation.energies.resize(list.n_centers());
    for (auto* component : {&evaluation.gx, &evaluation.gy, &evaluation.gz}) component->resize(list.n_pairs());
    const double cutoff_squared = long_range_.real_cutoff * long_range_.real_cutoff;
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        const double charge = 0.5 * coulomb_constant * long_range_.charge_of(list.center_atomic_number[c]);
        const std::size_t p = list.offsets[c];
        evaluation.energies[c] = screened_coulomb(
            charge, long_range_.alpha, cutoff_squared,
            {list.offsets[c + 1] - p, list.dx.data() + p, list.dy.data() + p, list.dz.data() + p, charges_.data() + p,
             evaluation.gx.data() + p, evaluation.gy.data() + p, evaluation.gz.data() + p});
    }
}

}  // namespace nnpot
