#include <doctest/doctest.h>

#include <cmath>

#include "nnpot/atomic_virials.hpp"
#include "nnpot/cell_list.hpp"
#include "nnpot/coulomb_part.hpp"
#include "nnpot/error.hpp"
#include "nnpot/predictor.hpp"
#include "nnpot/uncertainty.hpp"
#include "reference_potential.hpp"

namespace {

using nnpot::Precision;

/// Models with the same functions and networks of their own; with charges where a form is given.
std::vector<nnpot::Model> make_members(std::size_t n, const std::optional<bool>& full = std::nullopt) {
    std::vector<nnpot::Model> members;
    for (std::size_t m = 0; m < n; ++m) {
        nnpot::Model model = reference::random_model(40);
        for (nnpot::ElementModel& element : model.elements) {
            element.atom_energy = -2.0 - 0.1 * static_cast<double>(m);
            for (nnpot::Layer& layer : element.layers) layer.weights *= 1.0 + 0.2 * static_cast<double>(m);
        }
        if (full) model.long_range = nnpot::LongRange{*full, 0.55, *full ? 6.3 : 0.0, {{1, 0.4}, {8, -0.8}}};
        members.push_back(model);
    }
    return members;
}

reference::EnergyForcesVirial energy_forces_virial(nnpot::Predictor& predictor, const nnpot::Structure& structure) {
    const nnpot::Prediction found = predictor.predict(structure);
    const arma::mat33& v = found.virial;
    return {found.energy, found.forces, {v(0, 0), v(1, 1), v(2, 2), v(0, 1), v(0, 2), v(1, 2)}};
}

double largest_difference(const arma::mat& a, const arma::mat& b) { return arma::abs(a - b).max(); }

/// What the layers below a Predictor give, put together again.
void check_parts(const std::vector<nnpot::Model>& members, Precision precision) {
    const auto structure = reference::water_like(51);
    nnpot::Potential potential(members, precision);
    const nnpot::NeighborList list = nnpot::build_neighbor_list(structure, potential.cutoff());
    nnpot::Evaluation evaluation;
    potential.compute(list, evaluation);
    arma::vec energies(evaluation.energies), virial(6, arma::fill::zeros);
    arma::mat forces(3, 18, arma::fill::zeros), virials(6, 18, arma::fill::zeros);
    evaluation.add_forces(list, forces.memptr());
    evaluation.add_virial(list, virial.memptr());
    nnpot::add_shared_virials(list, evaluation, virials.memptr());
    if (members.front().long_range) {
        const auto part = nnpot::coulomb_part(structure, *members.front().long_range);
        energies += part.energies;
        forces += part.forces;
        virials += part.virials;
        virial += arma::sum(part.virials, 1);
    }
    const nnpot::Prediction found = nnpot::Predictor(members, precision).predict(structure);
    CHECK(found.energy == doctest::Approx(arma::accu(energies)).epsilon(1e-13));
    CHECK(largest_difference(found.atomic_energies, energies) == 0.0);
    CHECK(largest_difference(found.forces, forces) == 0.0);
    CHECK(!found.uncertainty);
    const unsigned rows[6] = {0, 1, 2, 0, 0, 1}, columns[6] = {0, 1, 2, 1, 2, 2};
    for (unsigned v = 0; v < 6; ++v) {
        CHECK(found.virial(rows[v], columns[v]) == virial(v));
        CHECK(found.virial(columns[v], rows[v]) == virial(v));
        for (unsigned i = 0; i < 18; ++i) {
            CHECK(found.atomic_virials(rows[v], columns[v], i) == virials(v, i));
            CHECK(found.atomic_virials(columns[v], rows[v], i) == virials(v, i));
        }
    }
    // the virial of one pair is symmetric but for rounding
    const double rounding = precision == Precision::full ? 1e-11 : 1e-5;
    CHECK(largest_difference(arma::sum(found.atomic_virials, 2), found.virial) < rounding);
}

}  // namespace

TEST_CASE("a prediction of a potential is the sum of what its layers give") {
    for (const std::size_t n : {1, 3}) {
        for (const Precision precision : {Precision::full, Precision::mixed}) {
            check_parts(make_members(n), precision);
            check_parts(make_members(n, true), precision);
            check_parts(make_members(n, false), precision);
        }
    }
}

TEST_CASE("forces and virial of a predicted potential are derivatives of its energy, charges included") {
    const auto structure = reference::water_like(52);
    for (const auto& members : {make_members(1), make_members(3), make_members(1, true), make_members(2, false)}) {
        nnpot::Predictor predictor(members);
        const auto errors = reference::gradient_errors(
            [&](const nnpot::Structure& changed) { return energy_forces_virial(predictor, changed); }, structure);
        CHECK(errors.largest_force > 0.1);
        CHECK(errors.forces < 1e-6);
        CHECK(errors.virial < 1e-6);
    }
}

TEST_CASE("stress of a prediction is minus the virial over the volume") {
    const nnpot::Prediction found = nnpot::Predictor(make_members(1).front()).predict(reference::water_like(53));
    const auto stress = found.stress(336.0);
    CHECK(stress[0] == -found.virial(0, 0) / 336.0);
    CHECK(stress[3] == -found.virial(1, 2) / 336.0);
    CHECK(stress[4] == -found.virial(0, 2) / 336.0);
    CHECK(stress[5] == -found.virial(0, 1) / 336.0);
}

TEST_CASE("a committee of potentials is predicted with its spreads, and nothing else changes") {
    const auto structure = reference::water_like(54);
    const auto members = make_members(3, true);
    nnpot::Predictor predictor(members);
    const nnpot::Prediction plain = predictor.predict(structure);
    const nnpot::Prediction found = predictor.predict(structure, nullptr, true);
    CHECK(found.energy == plain.energy);
    CHECK(largest_difference(found.forces, plain.forces) == 0.0);
    std::vector<std::vector<double>> forces, energies, totals;
    for (const nnpot::Model& member : members) {
        const nnpot::Prediction alone = nnpot::Predictor(member).predict(structure);
        forces.emplace_back(alone.forces.begin(), alone.forces.end());
        energies.emplace_back(alone.atomic_energies.begin(), alone.atomic_energies.end());
        totals.push_back({alone.energy});
    }
    REQUIRE(found.uncertainty);
    const auto expected = nnpot::spreads(forces, 3, 18), of_energies = nnpot::spreads(energies, 1, 18);
    for (std::size_t i = 0; i < 18; ++i) {
        CHECK(found.uncertainty->force_spreads[i] == doctest::Approx(expected[i]).epsilon(1e-9));
        CHECK(found.uncertainty->energy_spreads[i] == doctest::Approx(of_energies[i]).epsilon(1e-9));
        CHECK(found.uncertainty->grades[i] > 0.0);
    }
    REQUIRE(found.uncertainty->energy_spread);
    CHECK(*found.uncertainty->energy_spread == doctest::Approx(nnpot::spreads(totals, 1, 1).front()).epsilon(1e-9));
    CHECK(*found.uncertainty->energy_spread > 0.1);
}

TEST_CASE("one potential alone is predicted with grades and no spreads") {
    auto model = make_members(1).front();
    const auto structure = reference::water_like(55);
    reference::scale_to(model, nnpot::build_neighbor_list(structure, model.cutoff()));
    const auto inside = nnpot::Predictor(model).predict(structure, nullptr, true).uncertainty;
    REQUIRE(inside);
    CHECK(arma::vec(inside->grades).max() == 0.0);
    CHECK(inside->force_spreads.empty());
    CHECK(inside->energy_spreads.empty());
    CHECK(!inside->energy_spread);
    nnpot::ScalingData& scaling = model.elements[1].scaling;
    scaling.max(0) = 0.5 * (scaling.min(0) + scaling.max(0));
    const auto outside = nnpot::Predictor(model).predict(structure, nullptr, true).uncertainty;
    CHECK(arma::vec(outside->grades).max() > 0.0);
}

TEST_CASE("a potential is predicted the same with kept neighbors") {
    auto structure = reference::water_like(56);
    nnpot::Predictor predictor(make_members(1, true));
    nnpot::VerletList neighbors(1.0);
    for (int step = 0; step < 3; ++step) {
        structure.positions += 0.02 * arma::mat(3, 18, arma::fill::randn);
        const auto found = predictor.predict(structure, &neighbors), expected = predictor.predict(structure);
        CHECK(found.energy == doctest::Approx(expected.energy).epsilon(1e-12));
        CHECK(largest_difference(found.forces, expected.forces) < 1e-10);
    }
    CHECK(neighbors.n_searches() == 1);
}

TEST_CASE("structures that a potential cannot predict are refused") {
    nnpot::Predictor predictor(make_members(1, true));
    auto structure = reference::water_like(57);
    structure.cell = nnpot::Cell(structure.cell.vectors(), {true, true, false});
    CHECK_THROWS_WITH_AS(predictor.predict(structure), doctest::Contains("periodic in all three directions"),
                         nnpot::InvalidInput);
    structure.atomic_numbers[4] = 14;
    CHECK_THROWS_WITH_AS(predictor.predict(structure), doctest::Contains("'Si' is not in the model"),
                         nnpot::UnknownElement);
}
