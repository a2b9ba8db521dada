#include <doctest/doctest.h>

#include "nnpot/cell_list.hpp"
#include "nnpot/error.hpp"
#include "reference.hpp"

namespace {

const arma::mat33 cubic = arma::mat33(arma::fill::eye) * 9.0;
const arma::mat33 triclinic{{7.0, 2.5, -1.5}, {0.0, 6.0, 2.0}, {0.0, 0.0, 8.0}};
const arma::mat33 small{{3.0, 1.0, 0.4}, {0.0, 2.8, 0.6}, {0.0, 0.0, 3.2}};

void compare_with_reference(const nnpot::Structure& structure, double cutoff, int images) {
    const auto list = nnpot::build_neighbor_list(structure, cutoff);
    const auto expected = reference::neighbor_list(structure, cutoff, images);
    REQUIRE(list.n_centers() == structure.n_atoms());
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) {
        const auto got = reference::sorted_distances(list, i);
        const auto wanted = reference::sorted_distances(expected, i);
        REQUIRE(got.size() == wanted.size());
        for (std::size_t p = 0; p < got.size(); ++p) CHECK(got[p] == doctest::Approx(wanted[p]).epsilon(1e-12));
    }
}

}  // namespace

TEST_CASE("cell list finds the neighbors that going through all images finds") {
    SUBCASE("periodic") {
        compare_with_reference(reference::random_structure(40, cubic, {true, true, true}, {14}, 1), 3.0, 1);
    }
    SUBCASE("triclinic") {
        compare_with_reference(reference::random_structure(30, triclinic, {true, true, true}, {14}, 2), 4.0, 2);
    }
    SUBCASE("cell smaller than the cutoff") {
        compare_with_reference(reference::random_structure(2, small, {true, true, true}, {14}, 3), 5.9, 5);
    }
    SUBCASE("one atom and its own images") {
        compare_with_reference(reference::random_structure(1, small, {true, true, true}, {14}, 4), 5.9, 5);
    }
    SUBCASE("slab") {
        compare_with_reference(reference::random_structure(20, triclinic, {true, false, true}, {14}, 5), 4.0, 2);
    }
    SUBCASE("cluster") {
        compare_with_reference(reference::random_structure(30, cubic, {false, false, false}, {14}, 6), 2.8, 0);
    }
}

TEST_CASE("atoms outside the cell have the same neighbors") {
    auto structure = reference::random_structure(20, triclinic, {true, true, true}, {14}, 7);
    const auto inside = nnpot::build_neighbor_list(structure, 4.0);
    structure.positions.col(3) += structure.cell.vectors() * arma::vec3{2.0, -3.0, 1.0};
    const auto outside = nnpot::build_neighbor_list(structure, 4.0);
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) {
        const auto a = reference::sorted_distances(inside, i), b = reference::sorted_distances(outside, i);
        REQUIRE(a.size() == b.size());
        for (std::size_t p = 0; p < a.size(); ++p) CHECK(a[p] == doctest::Approx(b[p]).epsilon(1e-12));
    }
}

TEST_CASE("a cluster without a cell, and a far outlier, need no memory for the space between") {
    nnpot::Structure structure{arma::mat{{0.0, 2.0, 1e7}, {0.0, 0.0, 1e7}, {0.0, 0.0, 1e7}},
                               {1, 1, 1},
                               nnpot::Cell(arma::mat33(arma::fill::zeros), {false, false, false})};
    const auto list = nnpot::build_neighbor_list(structure, 3.0);
    CHECK(list.n_pairs() == 2);
}

TEST_CASE("no atoms, one atom alone") {
    const nnpot::Cell none(arma::mat33(arma::fill::zeros), {false, false, false});
    CHECK(nnpot::build_neighbor_list({arma::mat(3, 0), {}, none}, 3.0).n_centers() == 0);
    const auto alone = nnpot::build_neighbor_list({arma::mat(3, 1, arma::fill::zeros), {1}, none}, 3.0);
    CHECK(alone.n_centers() == 1);
    CHECK(alone.n_pairs() == 0);
}

TEST_CASE("two atoms on the same place are refused by name") {
    auto structure = reference::random_structure(5, cubic, {true, true, true}, {14}, 8);
    structure.positions.col(4) = structure.positions.col(1) + structure.cell.vectors().col(0);
    CHECK_THROWS_WITH_AS(nnpot::build_neighbor_list(structure, 3.0), doctest::Contains("atoms 1 and 4"),
                         nnpot::InvalidInput);
}

TEST_CASE("NaN and impossible cells are refused") {
    auto structure = reference::random_structure(5, cubic, {true, true, true}, {14}, 9);
    structure.positions(1, 2) = NAN;
    CHECK_THROWS_WITH_AS(nnpot::build_neighbor_list(structure, 3.0), doctest::Contains("atom 2"), nnpot::InvalidInput);
    const arma::mat33 flat{{1.0, 2.0, 0.0}, {0.0, 0.0, 0.0}, {0.0, 0.0, 1.0}};
    CHECK_THROWS_AS(nnpot::Cell(flat, {true, true, true}), nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS(nnpot::Cell(arma::mat33(arma::fill::zeros), {true, false, false}),
                         doctest::Contains("vector 1 is zero"), nnpot::InvalidInput);
    CHECK_THROWS_AS(nnpot::build_neighbor_list(reference::random_structure(2, cubic, {true, true, true}, {1}, 1), 0.0),
                    nnpot::InvalidInput);
}

TEST_CASE("cells and positions that no search could end on are refused at once") {
    const std::array<bool, 3> everywhere{true, true, true}, nowhere{false, false, false};
    const auto search = [](const arma::mat33& vectors, const std::array<bool, 3>& periodic,
                           const arma::mat& positions) {
        const std::vector<int> numbers(positions.n_cols, 14);
        return nnpot::build_neighbor_list({positions, numbers, nnpot::Cell(vectors, periodic)}, 4.0).n_pairs();
    };
    const arma::mat33 unit(arma::fill::eye);
    const arma::mat one(3, 1, arma::fill::zeros);
    const arma::mat33 flat{{10.0, 10.0, 0.0}, {0.0, 1e-3, 0.0}, {0.0, 0.0, 10.0}};
    CHECK_THROWS_WITH_AS(search(flat, everywhere, one), doctest::Contains("so skewed"), nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS(search(1e-3 * unit, everywhere, one), doctest::Contains("so small"), nnpot::InvalidInput);
    for (const double extreme : {1e-200, 1e200}) {
        CHECK_THROWS_WITH_AS(search(extreme * unit, everywhere, one), doctest::Contains("no volume"),
                             nnpot::InvalidInput);
        CHECK_THROWS_WITH_AS(search(extreme * unit, nowhere, one), doctest::Contains("no volume"), nnpot::InvalidInput);
    }
    for (const double far : {1e20, 1e300}) {
        const arma::mat outlier{{0.0, 2.0, far}, {0.0, 0.0, far}, {0.0, 0.0, 0.0}};
        for (const auto& periodic : {everywhere, nowhere}) {
            CHECK_THROWS_WITH_AS(search(5.0 * unit, periodic, outlier), doctest::Contains("atom 2 is more than"),
                                 nnpot::InvalidInput);
        }
    }
    CHECK(search(1e15 * unit, everywhere, arma::mat{{0.0, 2.0}, {0.0, 0.0}, {0.0, 0.0}}) == 2);
}

TEST_CASE("few atoms in much space, in one direction or three") {
    arma::mat33 long_cell(arma::fill::eye);
    long_cell *= 5.0;
    long_cell(0, 0) = 4e5;
    compare_with_reference(reference::random_structure(40, long_cell, {true, true, true}, {14}, 11), 4.0, 1);
    compare_with_reference(reference::random_structure(40, cubic * 1e5, {true, true, true}, {14}, 12), 4.0, 1);
}

TEST_CASE("atoms inside a badly conditioned cell keep the digits of their distances") {
    const arma::mat33 nearly_flat{{5.0, 0.0, 5.0}, {0.0, 5.0, 0.0}, {0.0, 0.0, 1e-7}};
    const arma::mat positions{{0.1, 2.3}, {0.2, 0.7}, {0.3, 1.9}};
    const auto list =
        nnpot::build_neighbor_list({positions, {14, 14}, nnpot::Cell(nearly_flat, {false, false, false})}, 4.0);
    REQUIRE(list.n_pairs() == 2);
    CHECK(list.dx[0] == 2.3 - 0.1);
    CHECK(list.dz[1] == 0.3 - 1.9);
}
