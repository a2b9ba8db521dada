#include <doctest/doctest.h>

#include "nnpot/cell_list.hpp"
#include "nnpot/error.hpp"
#include "nnpot/verlet_list.hpp"
#include "reference.hpp"

namespace {

constexpr double cutoff = 4.0, skin = 0.8;
const arma::mat33 triclinic{{7.0, 2.5, -1.5}, {0.0, 6.0, 2.0}, {0.0, 0.0, 8.0}};
const arma::mat33 small{{3.0, 1.0, 0.4}, {0.0, 2.8, 0.6}, {0.0, 0.0, 3.2}};

/// Distances of a center's neighbors within the cutoff, sorted.
std::vector<double> near_distances(const nnpot::NeighborList& list, std::size_t center) {
    std::vector<double> distances = reference::sorted_distances(list, center);
    while (!distances.empty() && distances.back() >= cutoff) distances.pop_back();
    return distances;
}

void compare_with_search(const nnpot::NeighborList& list, const nnpot::Structure& structure) {
    const nnpot::NeighborList expected = nnpot::build_neighbor_list(structure, cutoff);
    REQUIRE(list.n_centers() == structure.n_atoms());
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) {
        const auto got = near_distances(list, i), wanted = reference::sorted_distances(expected, i);
        REQUIRE(got.size() == wanted.size());
        for (std::size_t p = 0; p < got.size(); ++p) CHECK(std::abs(got[p] - wanted[p]) < 1e-13);
    }
}

/// Moves every atom by the same distance in a direction of its own.
void move_atoms(nnpot::Structure& structure, double distance) {
    arma::mat steps(arma::size(structure.positions), arma::fill::randn);
    structure.positions += distance * arma::normalise(steps);
}

void follow_a_walk(nnpot::Structure structure) {
    nnpot::VerletList list(skin);
    arma::arma_rng::set_seed(1);
    for (int step = 0; step < 40; ++step) {
        compare_with_search(list.update(structure, cutoff), structure);
        move_atoms(structure, 0.1);
    }
    CHECK(list.n_searches() > 2);
    CHECK(list.n_searches() < 20);
}

}  // namespace

TEST_CASE("a Verlet list has the neighbors that a search finds while atoms walk") {
    SUBCASE("triclinic") { follow_a_walk(reference::random_structure(30, triclinic, {true, true, true}, {14}, 1)); }
    SUBCASE("cell smaller than the cutoff") {
        follow_a_walk(reference::random_structure(2, small, {true, true, true}, {14}, 2));
    }
    SUBCASE("slab") { follow_a_walk(reference::random_structure(20, triclinic, {true, false, true}, {14}, 3)); }
    SUBCASE("cluster") { follow_a_walk(reference::random_structure(20, triclinic, {false, false, false}, {14}, 4)); }
}

TEST_CASE("neighbors are searched again when an atom has moved more than half the skin, and not before") {
    nnpot::Structure structure = reference::random_structure(30, triclinic, {true, true, true}, {14}, 5);
    nnpot::VerletList list(skin);
    (void)list.update(structure, cutoff);
    structure.positions(1, 7) += 0.499 * skin;
    (void)list.update(structure, cutoff);
    CHECK(list.n_searches() == 1);
    structure.positions(1, 7) += 0.002 * skin;
    (void)list.update(structure, cutoff);
    CHECK(list.n_searches() == 2);
}

TEST_CASE("neighbors are searched again when anything but the positions changes") {
    const nnpot::Structure before = reference::random_structure(20, triclinic, {true, true, true}, {14}, 6);
    nnpot::Structure after = before;
    double new_cutoff = cutoff;
    SUBCASE("cell") { after.cell = nnpot::Cell(1.001 * triclinic, {true, true, true}); }
    SUBCASE("periodicity") { after.cell = nnpot::Cell(triclinic, {true, true, false}); }
    SUBCASE("elements") { after.atomic_numbers[3] = 8; }
    SUBCASE("number of atoms") {
        after.positions.shed_col(4);
        after.atomic_numbers.pop_back();
    }
    SUBCASE("cutoff") { new_cutoff = 0.9 * cutoff; }
    nnpot::VerletList list(skin);
    (void)list.update(before, cutoff);
    const nnpot::NeighborList got = list.update(after, new_cutoff);
    CHECK(list.n_searches() == 2);
    const nnpot::NeighborList expected = nnpot::build_neighbor_list(after, new_cutoff + skin);
    CHECK(got.neighbor_atomic_number == expected.neighbor_atomic_number);
    CHECK(got.dx == expected.dx);
}

TEST_CASE("without a skin the list is that of a search, number for number") {
    nnpot::Structure structure = reference::random_structure(30, triclinic, {true, true, true}, {14}, 7);
    nnpot::VerletList list(0.0);
    for (int step = 0; step < 3; ++step) {
        const nnpot::NeighborList& got = list.update(structure, cutoff);
        const nnpot::NeighborList expected = nnpot::build_neighbor_list(structure, cutoff);
        CHECK(got.neighbor_index == expected.neighbor_index);
        CHECK(got.dx == expected.dx);
        CHECK(got.dz == expected.dz);
        move_atoms(structure, 1e-6);
    }
    CHECK(list.n_searches() == 3);
}

TEST_CASE("a structure that is refused leaves a list that serves the next") {
    const nnpot::Structure good = reference::random_structure(10, triclinic, {true, true, true}, {14}, 8);
    nnpot::Structure bad = good;
    nnpot::VerletList list(20.0);
    (void)list.update(good, cutoff);
    SUBCASE("same place after a short way") {
        bad.positions.col(4) = bad.positions.col(1);
        CHECK_THROWS_WITH_AS(list.update(bad, cutoff), doctest::Contains("atoms 1 and 4"), nnpot::InvalidInput);
    }
    SUBCASE("same place after a long way") {
        bad.positions.col(4) = bad.positions.col(1) + 5.0 * triclinic.col(0);
        CHECK_THROWS_WITH_AS(list.update(bad, cutoff), doctest::Contains("atoms 1 and 4"), nnpot::InvalidInput);
    }
    SUBCASE("not a number") {
        bad.positions(2, 6) = NAN;
        CHECK_THROWS_WITH_AS(list.update(bad, cutoff), doctest::Contains("atom 6"), nnpot::InvalidInput);
    }
    compare_with_search(list.update(good, cutoff), good);
}

TEST_CASE("impossible skins are refused") {
    for (const double value : {-0.1, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
        CHECK_THROWS_WITH_AS(nnpot::VerletList{value}, doctest::Contains("skin"), nnpot::InvalidInput);
    }
}
