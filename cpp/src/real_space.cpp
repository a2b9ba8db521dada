#include "nnpot/real_space.hpp"

#include <algorithm>
#include <utility>

#include "kernels/coulomb_kernel.hpp"
#include "nnpot/units.hpp"

namespace nnpot {
namespace {

/// Memory of the pairs of one center.
class PairMemory {
public:
    /// Has room for so many candidates, and for 4 more.
    kernels::ChargedPairs with_room_for(std::size_t n) {
        if (indices_.size() < n + 4) {
            vectors_.resize(n + 4);
            indices_.resize(n + 4);
            for (auto* values : {&squared_, &energies_, &slopes_}) values->resize(n + 4);
        }
        return {vectors_.data(), indices_.data(), squared_.data(), energies_.data(), slopes_.data()};
    }

private:
    std::vector<kernels::ChargedPoint> vectors_;
    std::vector<int> indices_;
    std::vector<double> squared_, energies_, slopes_;
};

/// x ⊗ force on the neighbor: xx yy zz xy xz yz yx zx zy.
void find_virial(const kernels::ChargedPairs& pairs, std::size_t p, double* virial) noexcept {
    const auto& [x, y, z, charge] = pairs.vectors[p];
    const double fx = pairs.slopes[p] * x, fy = pairs.slopes[p] * y, fz = pairs.slopes[p] * z;
    const double whole[9] = {x * fx, y * fy, z * fz, x * fy, x * fz, y * fz, x * fy, x * fz, y * fz};
    std::copy_n(whole, 9, virial);
}

void add_halves(const double* values, std::size_t n, std::size_t center, std::size_t neighbor, double* to) noexcept {
    if (to == nullptr) return;
    for (std::size_t k = 0; k < n; ++k) to[n * center + k] += 0.5 * values[k];
    for (std::size_t k = 0; k < n; ++k) to[n * neighbor + k] += 0.5 * values[k];
}

/// All but the forces.
void add_to(const CoulombTallies& tallies, const kernels::ChargedPairs& pairs, std::size_t n, int center) noexcept {
    for (std::size_t p = 0; p < n; ++p) {
        const auto i = static_cast<std::size_t>(center), j = static_cast<std::size_t>(pairs.indices[p]);
        double virial[9];
        find_virial(pairs, p, virial);
        for (std::size_t k = 0; k < 6 && tallies.virial != nullptr; ++k) tallies.virial[k] += virial[k];
        add_halves(pairs.energies + p, 1, i, j, tallies.energies);
        add_halves(virial, 6, i, j, tallies.virials);
        add_halves(virial, 9, i, j, tallies.centroid_virials);
    }
}

}  // namespace

class RealSpace::Engine {
public:
    Engine(const LongRange& long_range, std::vector<double> charges, double energy_unit)
        : law_(coulomb_constant / energy_unit, long_range.alpha, long_range.real_cutoff),
          cutoff_(long_range.real_cutoff),
          charges_(std::move(charges)) {}

    double cutoff() const noexcept { return cutoff_; }

    double compute(const TypedAtoms& atoms, const HalfList& list, const CoulombTallies& tallies) {
        pack(atoms);
        const bool forces_alone = tallies.virial == nullptr && tallies.energies == nullptr &&
                                  tallies.virials == nullptr && tallies.centroid_virials == nullptr;
        double energy = 0.0;
        for (std::size_t c = 0; c < list.n_centers; ++c) {
            const int center = list.centers[c];
            const auto n = static_cast<std::size_t>(list.n_neighbors[center]);
            const kernels::ChargedPairs pairs = memory_.with_room_for(n);
            const kernels::CoulombSum sum = kernel_(
                law_, {points_.data(), center, list.neighbors[center], n, list.index_mask}, pairs, forces_.data());
            energy += sum.energy;
            if (!forces_alone) add_to(tallies, pairs, sum.n_pairs, center);
        }
        unpack(atoms.n, tallies.forces);
        return energy;
    }

private:
    void pack(const TypedAtoms& atoms) {
        points_.resize(atoms.n);
        forces_.assign(atoms.n, {0.0, 0.0, 0.0, 0.0});
        for (std::size_t i = 0; i < atoms.n; ++i) {
            const double* const x = atoms.positions + 3 * i;
            points_[i] = {x[0], x[1], x[2], charges_[static_cast<std::size_t>(atoms.types[i])]};
        }
    }

    void unpack(std::size_t n, double* forces) const noexcept {
        for (std::size_t i = 0; i < n; ++i) {
            forces[3 * i] += forces_[i].x;
            forces[3 * i + 1] += forces_[i].y;
            forces[3 * i + 2] += forces_[i].z;
        }
    }

    const kernels::CoulombKernel kernel_ = kernels::best_coulomb();
    kernels::ScreenedCoulomb law_;
    double cutoff_;
    std::vector<double> charges_;
    std::vector<kernels::ChargedPoint> points_, forces_;
    PairMemory memory_;
};

RealSpace::RealSpace(const LongRange& long_range, std::vector<double> charges, double energy_unit)
    : engine_(std::make_unique<Engine>(long_range, std::move(charges), energy_unit)) {}
RealSpace::~RealSpace() = default;

double RealSpace::cutoff() const noexcept { return engine_->cutoff(); }

double RealSpace::compute(const TypedAtoms& atoms, const HalfList& pairs, const CoulombTallies& tallies) {
    return engine_->compute(atoms, pairs, tallies);
}

}  // namespace nnpot
