#include <doctest/doctest.h>

#include <vector>

#include "nnpot/atomic_virials.hpp"
#include "nnpot/potential.hpp"
#include "reference.hpp"

namespace {

constexpr std::size_t n_atoms = 18;

/// A structure without periodicity, with the velocities of its atoms.
struct Moving {
    nnpot::Structure structure;
    arma::mat velocities;

    Moving()
        : structure(reference::random_structure(n_atoms,
                                                arma::mat33{{7.0, 2.5, -1.5}, {0.0, 6.0, 2.0}, {0.0, 0.0, 8.0}},
                                                {false, false, false}, {8, 1, 1}, 31)) {
        arma::arma_rng::set_seed(3);
        velocities.randn(3, n_atoms);
    }
};

struct Computed {
    nnpot::NeighborList list;
    nnpot::Evaluation evaluation;

    Computed(nnpot::Potential& potential, const nnpot::Structure& structure)
        : list(reference::neighbor_list(structure, potential.cutoff(), 0)) {
        potential.compute(list, evaluation);
    }

    arma::vec virial() const {
        arma::vec sum(6, arma::fill::zeros);
        evaluation.add_virial(list, sum.memptr());
        return sum;
    }
};

/// Σ r E of the atoms, a time after the structure, at constant velocities.
arma::vec3 energy_moment(nnpot::Potential& potential, const Moving& moving, double time) {
    nnpot::Structure later = moving.structure;
    later.positions += time * moving.velocities;
    const Computed computed(potential, later);
    arma::vec3 sum(arma::fill::zeros);
    for (std::size_t c = 0; c < n_atoms; ++c) {
        sum += computed.evaluation.energies[c] * later.positions.col(computed.list.center_index[c]);
    }
    return sum;
}

/// d/dt Σ r E less what is due to the motion of energies and to the work of the forces: Σ r (F·v) + Σ E v.
arma::vec3 virial_flux(nnpot::Potential& potential, const Moving& moving, double step) {
    const arma::vec3 slope =
        (energy_moment(potential, moving, step) - energy_moment(potential, moving, -step)) / (2 * step);
    const Computed computed(potential, moving.structure);
    arma::mat forces(3, n_atoms, arma::fill::zeros);
    computed.evaluation.add_forces(computed.list, forces.memptr());
    arma::vec3 flux = slope;
    for (std::size_t c = 0; c < n_atoms; ++c) {
        const arma::uword i = computed.list.center_index[c];
        const arma::vec3 v = moving.velocities.col(i);
        flux += arma::dot(forces.col(i), v) * moving.structure.positions.col(i);
        flux -= computed.evaluation.energies[c] * v;
    }
    return flux;
}

arma::mat33 tensor(const double* w) { return {{w[0], w[3], w[4]}, {w[6], w[1], w[5]}, {w[7], w[8], w[2]}}; }

}  // namespace

TEST_CASE("virials of the atoms sum to the virial, in all nine components") {
    nnpot::Potential potential(reference::random_model(5));
    const Computed computed(potential, Moving().structure);
    const arma::vec expected = computed.virial();
    REQUIRE(arma::abs(expected).min() > 1e-3);

    arma::mat shared(6, n_atoms, arma::fill::zeros), centroid(9, n_atoms, arma::fill::zeros);
    nnpot::add_shared_virials(computed.list, computed.evaluation, shared.memptr());
    nnpot::add_centroid_virials(computed.list, computed.evaluation, centroid.memptr());
    const arma::vec of_shared = arma::sum(shared, 1), of_centroid = arma::sum(centroid, 1);
    for (unsigned k = 0; k < 6; ++k) {
        CHECK(of_shared(k) == doctest::Approx(expected(k)).epsilon(1e-11));
        CHECK(of_centroid(k) == doctest::Approx(expected(k)).epsilon(1e-11));
        if (k >= 3) CHECK(of_centroid(k + 3) == doctest::Approx(expected(k)).epsilon(1e-10));
    }
}

TEST_CASE("the centroid virials, and not the shared ones, carry the heat flux") {
    nnpot::Potential potential(reference::random_model(5));
    const Moving moving;
    const Computed computed(potential, moving.structure);
    arma::mat shared(6, n_atoms, arma::fill::zeros), centroid(9, n_atoms, arma::fill::zeros);
    nnpot::add_shared_virials(computed.list, computed.evaluation, shared.memptr());
    nnpot::add_centroid_virials(computed.list, computed.evaluation, centroid.memptr());

    arma::vec3 of_shared(arma::fill::zeros), of_centroid(arma::fill::zeros);
    for (arma::uword i = 0; i < n_atoms; ++i) {
        const double* const s = shared.colptr(i);
        const double symmetric[9] = {s[0], s[1], s[2], s[3], s[4], s[5], s[3], s[4], s[5]};
        of_shared += tensor(symmetric) * moving.velocities.col(i);
        of_centroid += tensor(centroid.colptr(i)) * moving.velocities.col(i);
    }
    const arma::vec3 expected = virial_flux(potential, moving, 1e-5);
    REQUIRE(arma::norm(expected) > 0.1);
    CHECK(arma::norm(of_centroid - expected) < 1e-7 * arma::norm(expected));
    CHECK(arma::norm(of_shared - expected) > 0.05 * arma::norm(expected));
}

TEST_CASE("virials of the atoms turn with the structure") {
    nnpot::Potential potential(reference::random_model(5));
    nnpot::Structure structure = Moving().structure;
    const double c = 0.8, s = 0.6;
    const arma::mat33 turn = arma::mat33{{c, -s, 0.0}, {s, c, 0.0}, {0.0, 0.0, 1.0}} *
                             arma::mat33{{1.0, 0.0, 0.0}, {0.0, s, -c}, {0.0, c, s}};
    const Computed before(potential, structure);
    structure.positions = turn * structure.positions;
    const Computed after(potential, structure);
    arma::mat first(6, n_atoms, arma::fill::zeros), second(6, n_atoms, arma::fill::zeros);
    nnpot::add_shared_virials(before.list, before.evaluation, first.memptr());
    nnpot::add_shared_virials(after.list, after.evaluation, second.memptr());
    const auto full = [](const double* w) {
        return arma::mat33{{w[0], w[3], w[4]}, {w[3], w[1], w[5]}, {w[4], w[5], w[2]}};
    };
    for (arma::uword i = 0; i < n_atoms; ++i) {
        const arma::mat33 difference = full(second.colptr(i)) - turn * full(first.colptr(i)) * turn.t();
        CHECK(arma::abs(difference).max() < 1e-10);
    }
}
