#include <doctest/doctest.h>

#include <vector>

#include "nnpot/descriptor.hpp"
#include "nnpot/error.hpp"
#include "nnpot/potential.hpp"
#include "reference.hpp"

namespace {

const arma::mat33 triclinic{{7.0, 2.5, -1.5}, {0.0, 6.0, 2.0}, {0.0, 0.0, 8.0}};

nnpot::Structure water_like(unsigned seed) {
    return reference::random_structure(18, triclinic, {true, true, true}, {8, 1, 1}, seed);
}

double energy_of(nnpot::Potential& potential, const nnpot::Structure& structure) {
    nnpot::Evaluation evaluation;
    potential.compute(reference::neighbor_list(structure, potential.cutoff(), 2), evaluation);
    return evaluation.energy();
}

}  // namespace

TEST_CASE("forces are the negative gradient of the energy") {
    nnpot::Potential potential(reference::random_model(5));
    auto structure = water_like(21);
    const auto list = reference::neighbor_list(structure, potential.cutoff(), 2);
    nnpot::Evaluation evaluation;
    potential.compute(list, evaluation);
    arma::mat forces(3, structure.n_atoms(), arma::fill::zeros);
    evaluation.add_forces(list, forces.memptr());
    CHECK(arma::abs(forces).max() > 0.1);
    CHECK(arma::abs(arma::sum(forces, 1)).max() < 1e-11);
    const double h = 1e-5;
    for (arma::uword i = 0; i < forces.n_elem; i += 4) {
        const double original = structure.positions(i);
        structure.positions(i) = original + h;
        const double above = energy_of(potential, structure);
        structure.positions(i) = original - h;
        const double below = energy_of(potential, structure);
        structure.positions(i) = original;
        CHECK(forces(i) == doctest::Approx(-(above - below) / (2 * h)).epsilon(1e-6).scale(1.0));
    }
}

TEST_CASE("the virial is the strain derivative of the energy") {
    nnpot::Potential potential(reference::random_model(5));
    const auto structure = water_like(22);
    const auto list = reference::neighbor_list(structure, potential.cutoff(), 2);
    nnpot::Evaluation evaluation;
    potential.compute(list, evaluation);
    std::vector<double> virial(6, 0.0);
    evaluation.add_virial(list, virial.data());
    const std::vector<std::pair<unsigned, unsigned>> components{{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
    const double h = 1e-5;
    for (std::size_t v = 0; v < 6; ++v) {
        double energies[2];
        for (const int side : {0, 1}) {
            arma::mat33 strain(arma::fill::eye);
            const auto [a, b] = components[v];
            strain(a, b) += (side == 0 ? 0.5 : -0.5) * h;
            strain(b, a) += (side == 0 ? 0.5 : -0.5) * h;
            nnpot::Structure strained = structure;
            strained.positions = strain * structure.positions;
            strained.cell = nnpot::Cell(strain * structure.cell.vectors(), {true, true, true});
            energies[side] = energy_of(potential, strained);
        }
        CHECK(virial[v] == doctest::Approx(-(energies[0] - energies[1]) / (2 * h)).epsilon(1e-5).scale(1.0));
    }
}

TEST_CASE("how centers are spread over lists does not matter") {
    nnpot::Potential potential(reference::random_model(6));
    const auto list = reference::neighbor_list(water_like(23), potential.cutoff(), 2);
    nnpot::Evaluation whole;
    potential.compute(list, whole);
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        nnpot::NeighborList one;
        one.begin_center(list.center_index[c], list.center_atomic_number[c]);
        for (std::size_t p = list.offsets[c]; p < list.offsets[c + 1]; ++p) {
            one.add_neighbor(list.neighbor_index[p], list.neighbor_atomic_number[p], list.dx[p], list.dy[p],
                             list.dz[p]);
        }
        nnpot::Evaluation alone;
        potential.compute(one, alone);
        CHECK(alone.energies[0] == doctest::Approx(whole.energies[c]).epsilon(1e-14));
    }
}

TEST_CASE("unknown elements and results that are not finite are refused") {
    nnpot::Potential potential(reference::random_model(7));
    nnpot::NeighborList list;
    list.begin_center(0, 14);
    nnpot::Evaluation evaluation;
    CHECK_THROWS_WITH_AS(potential.compute(list, evaluation),
                         doctest::Contains("element 'Si' is not in the model (it has H, O)"), nnpot::UnknownElement);
    list.clear();
    list.begin_center(3, 8);
    list.add_neighbor(1, 1, 0.0, 0.0, 0.0);
    CHECK_THROWS_WITH_AS(potential.compute(list, evaluation), doctest::Contains("atom 3"), nnpot::InvalidInput);
}

TEST_CASE("values outside of the training data are found, one by one") {
    auto model = reference::random_model(8);
    const auto list = reference::neighbor_list(water_like(24), nnpot::Potential(model).cutoff(), 2);
    const auto outside = [&list](const nnpot::Model& changed) {
        nnpot::Evaluation evaluation;
        std::vector<nnpot::Extrapolation> found{{99, 99, 0, 0.0, 0.0, 0.0}};
        nnpot::Potential(changed).compute(list, evaluation, {&found, nullptr});
        return found;
    };
    std::vector<nnpot::SymmetryFunction> functions;
    for (auto& element : model.elements) {
        element.scaling.min.fill(-1e6);
        element.scaling.max.fill(1e6);
        functions.insert(functions.end(), element.functions.begin(), element.functions.end());
    }
    CHECK(outside(model).empty());

    const arma::mat values = nnpot::Descriptor(functions, model.cutoff_type, model.cutoff_alpha).values(list);
    auto& oxygen = model.elements[1];
    std::size_t center = 0;
    while (list.center_atomic_number[center] != 8) ++center;
    const double value = values(1, center);
    std::size_t n_above = 0;
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        n_above += list.center_atomic_number[c] == 8 && values(1, c) > value + 1e-10;
    }
    CHECK(n_above > 0);
    oxygen.scaling.max(1) = value;
    CHECK(outside(model).size() == n_above);
    oxygen.scaling.max(1) = value - 1e-9;
    CHECK(outside(model).size() == n_above + 1);

    oxygen.scaling.max(1) = 1e6;
    oxygen.scaling.min(1) = arma::max(values.row(1)) + 1.0;
    const auto below = outside(model);
    CHECK(below.size() == 6);
    CHECK(below[0].center == center);
    CHECK(below[0].function == 1);
    CHECK(below[0].type == oxygen.functions[1].type);
    CHECK(below[0].value == doctest::Approx(value).epsilon(1e-12));
    CHECK(below[0].min == oxygen.scaling.min(1));
    CHECK(below[0].max == 1e6);
}
