#include <doctest/doctest.h>

#include <cmath>

#include "nnpot/error.hpp"
#include "nnpot/uncertainty.hpp"
#include "reference_potential.hpp"

namespace {

constexpr std::size_t n_members = 4;

/// Members with the functions of one model, and networks, scaling and offsets of their own.
std::vector<nnpot::Model> committee(const nnpot::NeighborList& list) {
    std::vector<nnpot::Model> members;
    for (unsigned m = 0; m < n_members; ++m) {
        members.push_back(reference::random_model(40));
        nnpot::Model& model = members.back();
        reference::scale_to(model, list);
        for (std::size_t e = 0; e < model.elements.size(); ++e) {
            for (nnpot::Layer& layer : model.elements[e].layers) {
                layer.weights.transform([m](double weight) { return weight * (1.0 + 0.2 * m) + 0.01 * m; });
            }
            model.elements[e].atom_energy = -2.0 - 0.1 * m;
            model.elements[e].scaling.max += 0.5 * m;
        }
        model.energy_per_output = 1.0 + 0.1 * m;
    }
    return members;
}

nnpot::NeighborList list_of(const nnpot::Structure& structure) {
    return reference::neighbor_list(structure, nnpot::Potential(reference::random_model(40)).cutoff(), 2);
}

}  // namespace

TEST_CASE("a committee of a potential is the mean of its members, and knows what each says") {
    const auto list = list_of(reference::water_like(31));
    const auto models = committee(list);
    nnpot::Potential potential(models);
    REQUIRE(potential.n_members() == n_members);
    nnpot::Evaluation plain, mean;
    std::vector<nnpot::Evaluation> members{{}, {}};
    potential.compute(list, plain);
    potential.compute(list, mean, {nullptr, &members});
    CHECK(mean.energies == plain.energies);
    CHECK(mean.gx == plain.gx);
    REQUIRE(members.size() == n_members);

    std::vector<double> energies(list.n_centers(), 0.0), gx(list.n_pairs(), 0.0);
    for (std::size_t m = 0; m < n_members; ++m) {
        nnpot::Evaluation alone;
        nnpot::Potential(models[m]).compute(list, alone);
        CHECK(alone.energies == members[m].energies);
        CHECK(alone.gx == members[m].gx);
        CHECK(alone.gy == members[m].gy);
        CHECK(alone.gz == members[m].gz);
        for (std::size_t c = 0; c < energies.size(); ++c) energies[c] += alone.energies[c] / n_members;
        for (std::size_t p = 0; p < gx.size(); ++p) gx[p] += alone.gx[p] / n_members;
    }
    double largest = 0.0, deviation = 0.0;
    for (std::size_t p = 0; p < gx.size(); ++p) {
        largest = std::max(largest, std::abs(gx[p]));
        deviation = std::max(deviation, std::abs(gx[p] - mean.gx[p]));
    }
    CHECK(largest > 1e-3);
    CHECK(deviation < 1e-12 * largest);
    for (std::size_t c = 0; c < energies.size(); ++c) {
        CHECK(mean.energies[c] == doctest::Approx(energies[c]).epsilon(1e-12));
    }
}

TEST_CASE("forces of a committee potential are the negative gradient of its mean energy") {
    const auto structure = reference::water_like(32);
    nnpot::Potential potential(committee(list_of(structure)));
    const auto errors = reference::gradient_errors(potential, structure);
    CHECK(errors.largest_force > 0.1);
    CHECK(errors.forces < 1e-6);
    CHECK(errors.virial < 1e-6);
}

TEST_CASE("a committee potential extrapolates beyond what all members know") {
    const auto list = list_of(reference::water_like(33));
    auto models = committee(list);
    const auto outside = [&list](const std::vector<nnpot::Model>& members) {
        nnpot::Evaluation evaluation;
        std::vector<nnpot::Extrapolation> found;
        nnpot::Potential(members).compute(list, evaluation, {&found, nullptr});
        return found;
    };
    CHECK(outside(models).empty());
    models[2].elements[0].scaling.min(0) +=
        0.25 * (models[2].elements[0].scaling.max(0) - models[2].elements[0].scaling.min(0));
    const auto found = outside(models);
    REQUIRE(!found.empty());
    for (const auto& each : found) {
        CHECK(each.function == 0);
        CHECK(!each.above());
        CHECK(each.min == models[2].elements[0].scaling.min(0));
        CHECK(each.max == models[0].elements[0].scaling.max(0));
        CHECK(each.distance() == doctest::Approx((each.min - each.value) / (each.max - each.min)));
    }
    CHECK(found.size() == outside({models[2]}).size());
}

TEST_CASE("distance of an extrapolation where the training data held one value") {
    CHECK(nnpot::Extrapolation{0, 0, 2, 3.0, 1.0, 2.0}.distance() == doctest::Approx(1.0));
    CHECK(nnpot::Extrapolation{0, 0, 2, 0.5, 1.0, 3.0}.distance() == doctest::Approx(0.25));
    CHECK(nnpot::Extrapolation{0, 0, 2, 3.0, 2.0, 2.0}.distance() == doctest::Approx(0.5));
    CHECK(nnpot::Extrapolation{0, 0, 2, 0.3, 0.0, 0.0}.distance() == doctest::Approx(0.3));
}

TEST_CASE("members of a committee potential must share what they compute once") {
    const auto list = list_of(reference::water_like(34));
    const auto refusal = [](const std::vector<nnpot::Model>& members) {
        try {
            nnpot::Potential potential(members);
        } catch (const nnpot::InvalidInput& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const auto models = committee(list);
    CHECK(refusal(models).empty());
    CHECK(refusal({}) == "committee: expected at least one member");

    auto changed = models;
    changed[1].elements[1].functions.back().cutoff += 0.1;
    CHECK(refusal(changed).find("member 2 differs from member 1 in the symmetry functions of O") != std::string::npos);
    changed = models;
    changed[3].cutoff_type =
        changed[3].cutoff_type == nnpot::CutoffType::poly1 ? nnpot::CutoffType::cosine : nnpot::CutoffType::poly1;
    CHECK(refusal(changed).find("member 4 differs from member 1 in the cutoff function") != std::string::npos);
    const nnpot::Model water = reference::random_model(1, {"1 H 5.0"});
    nnpot::Model hydrogen = water;
    hydrogen.elements.pop_back();
    CHECK(refusal({water, water, hydrogen}).find("member 3 differs from member 1 in the elements") !=
          std::string::npos);
    changed = models;
    changed[1].long_range = nnpot::LongRange{false, 0.3, 0.0, {{1, 0.4}, {8, -0.8}}};
    CHECK(refusal(changed).find("member 2 differs from member 1 in the charges") != std::string::npos);
}

TEST_CASE("spreads are sample standard deviations of vectors") {
    const std::vector<std::vector<double>> members{{1.0, 0.0, 0.0, 5.0, 1.0, 2.0}, {3.0, 0.0, 4.0, 5.0, 1.0, 2.0}};
    const auto forces = nnpot::spreads(members, 3, 2);
    CHECK(forces[0] == doctest::Approx(std::sqrt(2.0 * (1.0 + 4.0))));  // each (1, 0, 2) from the mean, M − 1 = 1
    CHECK(forces[1] == 0.0);
    CHECK(nnpot::spreads({{1.0, 7.0}, {2.0, 7.0}, {6.0, 7.0}}, 1, 1).front() == doctest::Approx(std::sqrt(7.0)));
}
