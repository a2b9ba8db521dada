#include "nnpot/lattice_model.hpp"

#include <cmath>
#include <random>
#include <string>

#include "kernels/lattice_kernels.hpp"
#include "lattice_neighbors.hpp"
#include "nnpot/error.hpp"

namespace nnpot {

namespace {

/// The weights of pairs and triplets in the energy of all particles.
struct Weights {
    double pair, triplet;

    explicit Weights(const LatticePotential& potential)
        : pair(acts_on_pairs(potential) ? 0.25 : 0.0), triplet(acts_on_pairs(potential) ? 0.75 : 1.0) {}
};

/// Calls @p visit with all rows of triplets of one center, and how often each triplet of the row counts.
template <typename Visit>
void for_each_row(const LatticeNeighbors& near, TripletCount count, std::vector<double>& scratch, const Visit& visit) {
    scratch.resize(near.size());
    kernels::LatticeRow row{near.dimension(), near.vectors(), near.distances(), 0, 0, 0, scratch.data()};
    const double mixed = count == TripletCount::document ? 1.0 : 2.0;
    for (row.j = 0; row.j < near.size(); ++row.j) {
        const bool central = row.j < near.n_central();
        row.first = row.j + 1;
        row.last = central ? near.n_central() : near.size();
        if (row.first < row.last) visit(row, 2.0);
        if (!central) continue;
        row.first = near.n_central();
        row.last = near.size();
        if (row.first < row.last) visit(row, mixed);
    }
}

/// The derivatives by the neighbors' vectors; a last row for those by the distances from the center.
class NeighborGradient {
public:
    void reset(const LatticeNeighbors& near) {
        values_.assign((near.dimension() + 1) * near.size(), 0.0);
        rows_.clear();
        for (std::size_t d = 0; d <= near.dimension(); ++d) rows_.push_back(values_.data() + d * near.size());
    }

    double* const* rows() const noexcept { return rows_.data(); }

    void add_to(LatticeModel::Gradient& total, const LatticeNeighbors& near, std::size_t center) const {
        const double* const radial = rows_[near.dimension()];
        for (std::size_t d = 0; d < near.dimension(); ++d) {
            for (std::size_t k = 0; k < near.size(); ++k) {
                const double g = rows_[d][k] + radial[k] * near.vectors()[d][k] / near.r(k);
                total.positions(d, near.particle(k)) += g;
                total.positions(d, center) -= g;
                total.width += g * near.image(k, d);
            }
        }
    }

private:
    std::vector<double> values_;
    std::vector<double*> rows_;
};

}  // namespace

LatticeModel::LatticeModel(const LatticePotential& potential, TripletCount count)
    : potential_(potential), count_(count) {
    require_valid(potential);
}

unsigned LatticeModel::required_depth(double width) const {
    const double reach = longest_side(potential_);
    if (std::isinf(reach)) {
        throw InvalidInput("lattice: this potential has no cutoff, so no depth is enough; state the depth");
    }
    require_lattice(arma::mat(1, 1, arma::fill::zeros), width);
    return static_cast<unsigned>(std::ceil(reach / width));
}

double LatticeModel::energy(const arma::mat& positions, double width, unsigned depth) const {
    require_lattice(positions, width);
    const kernels::LatticeKernels& kernels = kernels::best_lattice();
    const Weights weights(potential_);
    thread_local LatticeNeighbors near;
    thread_local std::vector<double> scratch;
    double pairs = 0.0, triplets = 0.0, slope = 0.0;
    for (std::size_t i = 0; i < positions.n_cols; ++i) {
        near.find(positions, width, depth, i, longest_side(potential_));
        for (std::size_t k = 0; k < near.size(); ++k) pairs += pair_energy(potential_, near.r(k), slope);
        for_each_row(near, count_, scratch, [&](const kernels::LatticeRow& row, double times) {
            triplets += times * kernels.energy(potential_, row);
        });
    }
    return (weights.pair * pairs + weights.triplet * triplets) / static_cast<double>(positions.n_cols);
}

LatticeModel::Gradient LatticeModel::gradient(const arma::mat& positions, double width, unsigned depth) const {
    require_lattice(positions, width);
    const kernels::LatticeKernels& kernels = kernels::best_lattice();
    const Weights weights(potential_);
    const double per_particle = 1.0 / static_cast<double>(positions.n_cols);
    Gradient total{0.0, arma::mat(arma::size(positions), arma::fill::zeros), 0.0};
    LatticeNeighbors near;
    NeighborGradient gradient;
    std::vector<double> scratch;
    for (std::size_t i = 0; i < positions.n_cols; ++i) {
        near.find(positions, width, depth, i, longest_side(potential_));
        gradient.reset(near);
        for (std::size_t k = 0; k < near.size(); ++k) {
            double slope;
            total.energy += weights.pair * per_particle * pair_energy(potential_, near.r(k), slope);
            gradient.rows()[near.dimension()][k] += weights.pair * per_particle * slope;
        }
        for_each_row(near, count_, scratch, [&](const kernels::LatticeRow& row, double times) {
            const double weight = times * weights.triplet * per_particle;
            total.energy += weight * kernels.gradient(potential_, row, weight, gradient.rows());
        });
        gradient.add_to(total, near, i);
    }
    return total;
}

namespace {

/// Random numbers that depend on a seed and a number alone, the same on every machine.
class Randoms {
public:
    Randoms(std::uint64_t seed, std::uint64_t number) {
        std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                               static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32)};
        engine_.seed(sequence);
    }

    /// Evenly between -1 and 1.
    double symmetric() { return std::ldexp(static_cast<double>(engine_() >> 11), -52) - 1.0; }

private:
    std::mt19937_64 engine_;
};

double wrapped(double x, double width) {
    const double inside = x - width * std::floor(x / width);
    return inside < width ? inside : 0.0;
}

}  // namespace

std::vector<unsigned> relax(const LatticeModel& model, const Relaxation& relaxation, std::uint64_t number,
                            arma::mat& positions, double width) {
    Randoms randoms(relaxation.seed, number);
    std::vector<unsigned> accepted(relaxation.epochs, 0);
    double energy = model.energy(positions, width, relaxation.depth);
    for (unsigned& count : accepted) {
        for (std::size_t i = 0; i < positions.n_cols; ++i) {
            const arma::vec before = positions.col(i);
            for (double& x : positions.col(i)) x = wrapped(x + relaxation.displacement * randoms.symmetric(), width);
            const double trial = model.energy(positions, width, relaxation.depth);
            if (trial <= energy) {
                energy = trial;
                ++count;
            } else {
                positions.col(i) = before;
            }
        }
    }
    return accepted;
}

}  // namespace nnpot
