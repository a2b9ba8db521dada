#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include "nnpot/error.hpp"
#include "nnpot/lattice_model.hpp"

using nnpot::LatticeForm;
using nnpot::LatticeModel;
using nnpot::LatticePotential;
using nnpot::TripletCount;

namespace {

constexpr LatticeForm forms[] = {LatticeForm::modified_lennard_jones, LatticeForm::equation_6, LatticeForm::equation_7,
                                 LatticeForm::equation_8};

LatticePotential potential_of(LatticeForm form) {
    LatticePotential potential;
    potential.form = form;
    return potential;
}

arma::mat random_positions(std::size_t dimensions, std::size_t particles, double width) {
    std::mt19937_64 engine(7);
    arma::mat positions(dimensions, particles);
    for (double& x : positions) x = width * static_cast<double>(engine() >> 11) / 9007199254740992.0;
    return positions;
}

/// All particles, those of the central cell first: equation 5 without any care for speed.
double slow_energy(const LatticePotential& potential, const arma::mat& central, double width, int depth, bool both) {
    std::vector<arma::vec> all;
    for (std::size_t i = 0; i < central.n_cols; ++i) all.push_back(central.col(i));
    const std::size_t n = all.size();
    for (int x = -depth; x <= depth; ++x) {
        for (int y = -depth; y <= depth; ++y) {
            for (std::size_t i = 0; i < n && (x != 0 || y != 0); ++i) {
                all.push_back(all[i] + width * arma::vec{double(x), double(y)});
            }
        }
    }
    double pairs = 0.0, triplets = 0.0, slope = 0.0, slopes[3];
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < all.size(); ++j) {
            if (j == i) continue;
            const double a = arma::norm(all[j] - all[i]);
            pairs += nnpot::pair_energy(potential, a, slope);
            for (std::size_t k = 0; k < all.size(); ++k) {
                if (k == i || k == j || (!both && j >= n && k < n)) continue;
                const double b = arma::norm(all[k] - all[i]), c = arma::norm(all[k] - all[j]);
                triplets += nnpot::triplet_energy(potential, a, b, c, slopes);
            }
        }
    }
    const double count = static_cast<double>(n);
    return nnpot::acts_on_pairs(potential) ? (3.0 * triplets + pairs) / (4.0 * count) : triplets / count;
}

}  // namespace

TEST_CASE("lattice potentials have the energies of the sums over ordered triplets") {
    const arma::mat positions = random_positions(2, 5, 3.0);
    for (const LatticeForm form : forms) {
        const LatticePotential potential = potential_of(form);
        for (const bool both : {false, true}) {
            const LatticeModel model(potential, both ? TripletCount::invariant : TripletCount::document);
            const double expected = slow_energy(potential, positions, 3.0, 1, both);
            CHECK(model.energy(positions, 3.0, 1) == doctest::Approx(expected).epsilon(1e-12));
        }
    }
}

TEST_CASE("lattice potentials have gradients that are derivatives") {
    const arma::mat positions = random_positions(3, 4, 2.5);
    const double h = 1e-5;
    for (const LatticeForm form : forms) {
        const LatticeModel model(potential_of(form));
        const LatticeModel::Gradient gradient = model.gradient(positions, 2.5, 1);
        CHECK(gradient.energy == doctest::Approx(model.energy(positions, 2.5, 1)).epsilon(1e-12));
        REQUIRE(arma::abs(gradient.positions).max() > 0.1);
        for (arma::uword i = 0; i < positions.n_elem; ++i) {
            arma::mat up = positions, down = positions;
            up[i] += h;
            down[i] -= h;
            const double expected = (model.energy(up, 2.5, 1) - model.energy(down, 2.5, 1)) / (2.0 * h);
            CHECK(gradient.positions[i] ==
                  doctest::Approx(expected).epsilon(1e-5).scale(arma::abs(gradient.positions).max()));
        }
        const double by_width = (model.energy(positions, 2.5 + h, 1) - model.energy(positions, 2.5 - h, 1)) / (2 * h);
        CHECK(gradient.width == doctest::Approx(by_width).epsilon(1e-5).scale(arma::abs(gradient.positions).max()));
    }
}

TEST_CASE("relaxation is repeatable and never raises the energy") {
    const LatticeModel model{LatticePotential()};
    arma::mat first = random_positions(2, 4, 3.0), second = first, other = first;
    const double before = model.energy(first, 3.0, 1);
    const nnpot::Relaxation relaxation{20, 0.1, 1, 5};
    const std::vector<unsigned> accepted = nnpot::relax(model, relaxation, 3, first, 3.0);
    CHECK(accepted == nnpot::relax(model, relaxation, 3, second, 3.0));
    CHECK(arma::approx_equal(first, second, "absdiff", 0.0));
    nnpot::relax(model, relaxation, 4, other, 3.0);
    CHECK_FALSE(arma::approx_equal(first, other, "absdiff", 1e-3));
    CHECK(model.energy(first, 3.0, 1) < before);
    CHECK(first.min() >= 0.0);
    CHECK(first.max() < 3.0);
}

TEST_CASE("wrong parameters of a lattice are named") {
    LatticePotential potential;
    potential.cutoff = -2.0;
    CHECK_THROWS_WITH_AS(LatticeModel{potential}, doctest::Contains("cutoff must be finite and > 0"),
                         nnpot::InvalidInput);
    const LatticeModel model{LatticePotential()};
    CHECK_THROWS_WITH_AS(model.energy(arma::mat(2, 2, arma::fill::zeros), 5.0, 1), doctest::Contains("same place"),
                         nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS((void)LatticeModel(potential_of(LatticeForm::equation_6)).required_depth(5.0),
                         doctest::Contains("state the depth"), nnpot::InvalidInput);
    CHECK(model.required_depth(2.9) == 2);
}
