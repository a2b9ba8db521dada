#include <doctest/doctest.h>

#include <cmath>

#include "nnpot/error.hpp"
#include "nnpot/ewald.hpp"
#include "reference.hpp"

namespace {

const arma::mat33 triclinic{{7.0, 2.5, -1.5}, {0.0, 6.0, 2.0}, {0.3, 0.0, 8.0}};
const arma::vec3 sphere{1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0};
const arma::vec3 no_dipole(arma::fill::zeros);

/// All terms of the energy of a structure.
nnpot::CoulombSums coulomb(const nnpot::Structure& structure, const nnpot::ChargeKinds& charges, double alpha,
                           const arma::vec3& dipole_factors) {
    const auto split = nnpot::EwaldSplit::with_accuracy(alpha, 1e-16);
    nnpot::CoulombSums sums(structure.n_atoms(), charges.n_kinds);
    nnpot::add_real_space(structure, charges, split, sums);
    nnpot::add_reciprocal_space(structure, charges, split, sums);
    nnpot::add_self_term(structure, charges, split, sums);
    nnpot::add_dipole_term(structure, charges, dipole_factors, sums);
    return sums;
}

/// Two kinds by turns, all weights 1, or 1 and 2 with @p uneven.
nnpot::ChargeKinds alternating(std::size_t n_atoms, bool uneven = false) {
    nnpot::ChargeKinds charges{{}, arma::vec(n_atoms, arma::fill::ones), 2};
    for (std::size_t i = 0; i < n_atoms; ++i) {
        charges.kinds.push_back(i % 2);
        if (uneven && i % 3 == 0) charges.weights(i) = 2.0;
    }
    return charges;
}

/// Σ_i q_a Σ_b q_b shares(i, b)
double total(const arma::mat& shares, const nnpot::ChargeKinds& charges, const arma::vec& q) {
    const arma::vec sums = shares * q;
    double sum = 0.0;
    for (std::size_t i = 0; i < charges.kinds.size(); ++i) sum += q(charges.kinds[i]) * sums(i);
    return sum;
}

arma::vec6 virial_of(const nnpot::CoulombSums& sums, const nnpot::ChargeKinds& charges, const arma::vec& q) {
    arma::vec6 virial;
    for (unsigned c = 0; c < 6; ++c) {
        arma::mat shares(charges.kinds.size(), charges.n_kinds);
        for (unsigned b = 0; b < charges.n_kinds; ++b) shares.col(b) = sums.virials.slice(b).col(c);
        virial(c) = total(shares, charges, q);
    }
    return virial;
}

/// Energy per pair of ions times their distance, in units of e²/(4π ε0), with the sign changed.
double madelung_constant(const arma::mat33& cell, const arma::mat& fractional, double distance) {
    const nnpot::Structure structure{cell * fractional, std::vector<int>(fractional.n_cols, 11),
                                     nnpot::Cell(cell, {true, true, true})};
    const auto charges = alternating(fractional.n_cols);
    const auto sums = coulomb(structure, charges, 3.0 / arma::norm(cell.col(0)), no_dipole);
    const double pairs = 0.5 * static_cast<double>(fractional.n_cols);
    return -total(sums.potentials, charges, {1.0, -1.0}) * distance / pairs / nnpot::coulomb_constant;
}

}  // namespace

TEST_CASE("Ewald sums give the Madelung constants of NaCl and CsCl") {
    const arma::mat33 primitive = 2.82 * arma::mat33{{0.0, 1.0, 1.0}, {1.0, 0.0, 1.0}, {1.0, 1.0, 0.0}};
    const arma::mat halves{{0.0, 0.5}, {0.0, 0.5}, {0.0, 0.5}};
    CHECK(madelung_constant(primitive, halves, 2.82) == doctest::Approx(1.747564594633182).epsilon(1e-12));
    const arma::mat33 cubic = 4.1 * arma::mat33(arma::fill::eye);
    CHECK(madelung_constant(cubic, halves, 4.1 * std::sqrt(0.75)) == doctest::Approx(1.762674773070988).epsilon(1e-12));
}

TEST_CASE("Ewald sums do not depend on how they are split") {
    const auto structure = reference::random_structure(15, triclinic, {true, true, true}, {11}, 3);
    const auto charges = alternating(15, true);  // not neutral: the background counts
    const auto a = coulomb(structure, charges, 0.35, sphere), b = coulomb(structure, charges, 0.7, sphere);
    const arma::vec q{0.7, -0.9};
    CHECK(total(a.potentials, charges, q) == doctest::Approx(total(b.potentials, charges, q)).epsilon(1e-12));
    CHECK(arma::approx_equal(a.fields, b.fields, "absdiff", 1e-11));
    CHECK(arma::approx_equal(virial_of(a, charges, q), virial_of(b, charges, q), "absdiff", 1e-10));
}

TEST_CASE("charges as weights of one kind give what kinds give") {
    const auto structure = reference::random_structure(12, triclinic, {true, true, true}, {11}, 4);
    const arma::vec q{0.9, -0.4};
    const auto kinds = alternating(12, true);
    nnpot::ChargeKinds one{std::vector<unsigned>(12, 0), kinds.weights, 1};
    for (std::size_t i = 0; i < 12; ++i) one.weights(i) *= q(kinds.kinds[i]);
    const auto expected = coulomb(structure, one, 0.4, sphere), got = coulomb(structure, kinds, 0.4, sphere);
    for (std::size_t i = 0; i < 12; ++i) {
        const double charge = q(kinds.kinds[i]);
        CHECK(charge * arma::dot(got.potentials.row(i), q) ==
              doctest::Approx(expected.potentials(i, 0)).epsilon(1e-10));
        const arma::rowvec field = q(0) * got.fields.slice(0).row(i) + q(1) * got.fields.slice(1).row(i);
        CHECK(arma::approx_equal(charge * field, expected.fields.slice(0).row(i), "absdiff", 1e-11));
        const arma::rowvec virial = q(0) * got.virials.slice(0).row(i) + q(1) * got.virials.slice(1).row(i);
        CHECK(arma::approx_equal(charge * virial, expected.virials.slice(0).row(i), "absdiff", 1e-10));
    }
}

TEST_CASE("forces and virials of Ewald sums are the derivatives of their energy") {
    const auto structure = reference::random_structure(9, triclinic, {true, true, true}, {11}, 5);
    const auto charges = alternating(9, true);
    const arma::vec q{0.8, -0.5};
    const arma::vec3 factors{0.1, 0.0, 1.0};
    const auto sums = coulomb(structure, charges, 0.4, factors);
    const double h = 1e-4;
    for (const std::size_t i : {0u, 5u}) {
        for (unsigned d = 0; d < 3; ++d) {
            auto plus = structure, minus = structure;
            plus.positions(d, i) += h;
            minus.positions(d, i) -= h;
            const double slope = (total(coulomb(plus, charges, 0.4, factors).potentials, charges, q) -
                                  total(coulomb(minus, charges, 0.4, factors).potentials, charges, q)) /
                                 (2.0 * h);
            const double field = q(0) * sums.fields(i, d, 0) + q(1) * sums.fields(i, d, 1);
            CHECK(q(charges.kinds[i]) * field == doctest::Approx(-slope).epsilon(1e-6));
        }
    }
    const arma::vec6 virial = virial_of(sums, charges, q);
    const unsigned first[6] = {0, 1, 2, 0, 0, 1}, second[6] = {0, 1, 2, 1, 2, 2};
    for (unsigned c = 0; c < 6; ++c) {
        double energies[2];
        for (const int sign : {0, 1}) {
            arma::mat33 strain(arma::fill::eye);
            strain(first[c], second[c]) += 0.5 * (sign ? h : -h);
            strain(second[c], first[c]) += 0.5 * (sign ? h : -h);
            nnpot::Structure strained{strain * structure.positions, structure.atomic_numbers,
                                      nnpot::Cell(strain * structure.cell.vectors(), {true, true, true})};
            energies[sign] = total(coulomb(strained, charges, 0.4, factors).potentials, charges, q);
        }
        CHECK(virial(c) == doctest::Approx(-(energies[1] - energies[0]) / (2.0 * h)).epsilon(1e-6));
    }
}

TEST_CASE("with the dipole term of a sphere a pair in a large cell is a pair in vacuum") {
    const arma::mat33 large = 40.0 * arma::mat33(arma::fill::eye);
    const arma::mat positions{{19.0, 20.5}, {20.0, 20.0}, {20.0, 20.0}};
    const nnpot::Structure pair{positions, {11, 17}, nnpot::Cell(large, {true, true, true})};
    const double energy = total(coulomb(pair, alternating(2), 0.25, sphere).potentials, alternating(2), {1.0, -1.0});
    CHECK(energy == doctest::Approx(-nnpot::coulomb_constant / 1.5).epsilon(1e-6));
}

TEST_CASE("Ewald sums refuse what they cannot do") {
    CHECK_THROWS_AS((void)nnpot::EwaldSplit::with_accuracy(0.0, 1e-6), nnpot::InvalidInput);
    CHECK_THROWS_AS((void)nnpot::EwaldSplit::with_accuracy(0.3, 1.5), nnpot::InvalidInput);
    const auto slab = reference::random_structure(4, triclinic, {true, true, false}, {11}, 6);
    const auto split = nnpot::EwaldSplit::with_accuracy(0.4, 1e-8);
    nnpot::CoulombSums sums(4, 2);
    CHECK_THROWS_AS(nnpot::add_reciprocal_space(slab, alternating(4), split, sums), nnpot::InvalidInput);
    CHECK_THROWS_AS(nnpot::add_self_term(slab, alternating(3), split, sums), nnpot::InvalidInput);
    auto wrong = alternating(4);
    wrong.kinds[2] = 2;
    CHECK_THROWS_AS(nnpot::add_real_space(slab, wrong, split, sums), nnpot::InvalidInput);
}
