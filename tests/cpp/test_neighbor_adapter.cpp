#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "neighbor_adapter.hpp"
#include "nnpot/cell_list.hpp"
#include "reference.hpp"

namespace {

constexpr int index_mask = 0x1FFFFFFF;
constexpr double cutoff = 3.5;
constexpr double box = 6.0;

/// Arrays as LAMMPS holds them: own atoms, then ghosts; a full list with flags in the high bits.
class LammpsLike {
public:
    explicit LammpsLike(const nnpot::Structure& structure) : n_local_(structure.n_atoms()) {
        for (int image = 0; image < 27; ++image) add_image(structure, (image + 13) % 27);
        for (auto& row : coordinates_) positions_.push_back(row.data());
        for (std::size_t i = 0; i < n_local_; ++i) list_neighbors(i);
        for (auto& indices : neighbors_) {
            n_neighbors_.push_back(static_cast<int>(indices.size()));
            neighbor_pointers_.push_back(indices.data());
        }
    }

    nnpot::LammpsAtoms atoms() const { return {positions_.data(), types.data()}; }
    nnpot::LammpsNeighbors neighbors() const {
        return {static_cast<int>(n_local_), centers_.data(), n_neighbors_.data(), neighbor_pointers_.data()};
    }
    double* position(std::size_t i) { return coordinates_[i].data(); }

    std::vector<int> types;

private:
    // Image 13 is the cell itself and comes first.
    void add_image(const nnpot::Structure& structure, int image) {
        const std::array<double, 3> shift{box * (image % 3 - 1), box * (image / 3 % 3 - 1), box * (image / 9 - 1)};
        for (std::size_t i = 0; i < n_local_; ++i) {
            coordinates_.push_back({structure.positions(0, i) + shift[0], structure.positions(1, i) + shift[1],
                                    structure.positions(2, i) + shift[2]});
            types.push_back(structure.atomic_numbers[i] == 14 ? 1 : 2);
        }
    }

    void list_neighbors(std::size_t i) {
        centers_.push_back(static_cast<int>(i));
        std::vector<int> indices;
        for (std::size_t j = 0; j < coordinates_.size(); ++j) {
            double r_squared = 0.0;
            for (std::size_t k = 0; k < 3; ++k) r_squared += std::pow(coordinates_[j][k] - coordinates_[i][k], 2);
            const int flag = static_cast<int>(j % 4) << 30;
            if (j != i && r_squared < std::pow(cutoff + 1.0, 2)) indices.push_back(static_cast<int>(j) | flag);
        }
        neighbors_.push_back(indices);
    }

    std::size_t n_local_;
    std::vector<std::array<double, 3>> coordinates_;
    std::vector<const double*> positions_;
    std::vector<std::vector<int>> neighbors_;
    std::vector<int> centers_, n_neighbors_;
    std::vector<const int*> neighbor_pointers_;
};

nnpot::Structure two_elements() {
    return reference::random_structure(12, arma::mat33(arma::fill::eye) * box, {true, true, true}, {14, 8}, 7);
}

}  // namespace

TEST_CASE("the adapter gives the neighbors that the cell list gives, block by block") {
    const nnpot::Structure structure = two_elements();
    const LammpsLike lammps(structure);
    const nnpot::NeighborList expected = nnpot::build_neighbor_list(structure, cutoff);
    const nnpot::NeighborAdapter adapter({0, 14, 8}, cutoff, index_mask);
    REQUIRE(expected.n_pairs() > 50);

    nnpot::NeighborList block;
    for (int first = 0; first < 12; first += 5) {
        adapter.fill(lammps.atoms(), lammps.neighbors(), first, std::min(first + 5, 12), block);
        REQUIRE(block.dx.size() == block.offsets.back());
        for (std::size_t c = 0; c < block.n_centers(); ++c) {
            const std::size_t i = block.center_index[c];
            CHECK(i == static_cast<std::size_t>(first) + c);
            CHECK(block.center_atomic_number[c] == structure.atomic_numbers[i]);
            const auto got = reference::sorted_distances(block, c);
            const auto wanted = reference::sorted_distances(expected, i);
            REQUIRE(got.size() == wanted.size());
            for (std::size_t p = 0; p < got.size(); ++p) CHECK(got[p] == doctest::Approx(wanted[p]).epsilon(1e-12));
        }
    }
}

TEST_CASE("vectors point from the center to the neighbor, and flags do not reach the indices") {
    const LammpsLike lammps(two_elements());
    nnpot::NeighborList list;
    nnpot::NeighborAdapter({0, 14, 8}, cutoff, index_mask).fill(lammps.atoms(), lammps.neighbors(), 0, 12, list);
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        for (std::size_t p = list.offsets[c]; p < list.offsets[c + 1]; ++p) {
            const double* const from = lammps.atoms().positions[list.center_index[c]];
            const double* const to = lammps.atoms().positions[list.neighbor_index[p]];
            CHECK(list.dx[p] == to[0] - from[0]);
            CHECK(list.dy[p] == to[1] - from[1]);
            CHECK(list.dz[p] == to[2] - from[2]);
            CHECK(list.neighbor_atomic_number[p] == (lammps.types[list.neighbor_index[p]] == 1 ? 14 : 8));
        }
    }
}

TEST_CASE("atoms of a type without element are neither centers nor neighbors") {
    const LammpsLike lammps(two_elements());
    nnpot::NeighborList list;
    nnpot::NeighborAdapter({0, 14, 0}, cutoff, index_mask).fill(lammps.atoms(), lammps.neighbors(), 0, 12, list);
    CHECK(list.n_centers() == 6);
    REQUIRE(list.n_pairs() > 10);
    for (const int number : list.center_atomic_number) CHECK(number == 14);
    for (const int number : list.neighbor_atomic_number) CHECK(number == 14);
}

TEST_CASE("a rank without atoms gives an empty list") {
    nnpot::NeighborList list;
    list.begin_center(3, 14);
    nnpot::NeighborAdapter({0, 14}, cutoff, index_mask)
        .fill({nullptr, nullptr}, {0, nullptr, nullptr, nullptr}, 0, 0, list);
    CHECK(list.n_centers() == 0);
    CHECK(list.n_pairs() == 0);
}

TEST_CASE("atoms on the same place and coordinates that are not finite are refused") {
    LammpsLike lammps(two_elements());
    const nnpot::NeighborAdapter adapter({0, 14, 8}, cutoff, index_mask);
    nnpot::NeighborList list;
    const int neighbor = lammps.neighbors().neighbors[4][0] & index_mask;
    std::copy_n(lammps.position(static_cast<std::size_t>(neighbor)), 3, lammps.position(4));
    CHECK_THROWS_AS(adapter.fill(lammps.atoms(), lammps.neighbors(), 0, 12, list), nnpot::CoincidentAtoms);
    lammps.position(4)[0] += 1e-7;
    CHECK_THROWS_AS(adapter.fill(lammps.atoms(), lammps.neighbors(), 0, 12, list), nnpot::CoincidentAtoms);
    lammps.position(4)[1] = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(adapter.fill(lammps.atoms(), lammps.neighbors(), 4, 5, list),
                         "a coordinate of atom 4 is not finite", nnpot::InvalidInput);
}
