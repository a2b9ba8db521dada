#include "nnpot/cell_list.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "nnpot/error.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

using Index3 = std::array<long, 3>;

/// The division of the cell into bins, and how many bins away neighbors may lie.
struct Grid {
    Index3 n_bins{};
    Index3 reach{};
    std::array<double, 3> origin{};  ///< fractional coordinate where the first bin starts
    std::array<double, 3> extent{};  ///< fractional length that all bins of a direction cover
};

/// Atoms wrapped into the grid: the bin of each, and the whole cell vectors by which it was moved.
struct BinnedAtoms {
    std::vector<Index3> bin;
    arma::mat wrapped;                 ///< 3 × n_atoms, Å
    std::vector<std::size_t> first;    ///< n_bins + 1: start of each bin in `members`
    std::vector<std::size_t> members;  ///< atoms ordered by bin
};

constexpr double largest_n_bins_per_atom = 8.0;
constexpr double largest_n_images = 1e6;

/// How many bins of at least @p cutoff fit into the heights, not more than the atoms are worth.
std::array<double, 3> count_bins(const std::array<double, 3>& heights, double cutoff, double n_atoms) {
    std::array<double, 3> n_bins{};
    for (unsigned axis = 0; axis < 3; ++axis) n_bins[axis] = std::clamp(std::floor(heights[axis] / cutoff), 1.0, 1e15);
    while (n_bins[0] * n_bins[1] * n_bins[2] > largest_n_bins_per_atom * n_atoms) {
        double& most = *std::max_element(n_bins.begin(), n_bins.end());
        most = std::ceil(most / 2.0);
    }
    return n_bins;
}

Grid make_grid(const Structure& structure, const arma::mat& fractional, double cutoff) {
    Grid grid;
    std::array<double, 3> heights{};
    for (unsigned axis = 0; axis < 3; ++axis) {
        const bool periodic = structure.cell.periodic()[axis];
        const double low = periodic ? 0.0 : fractional.row(axis).min();
        const double high = periodic ? 1.0 : fractional.row(axis).max();
        const double margin = periodic ? 0.0 : 1e-9 * (1.0 + std::abs(low) + std::abs(high));
        grid.origin[axis] = low - margin;
        grid.extent[axis] = high - low + 2.0 * margin;
        heights[axis] = structure.cell.height(axis) * grid.extent[axis];
    }
    const std::array<double, 3> n_bins = count_bins(heights, cutoff, static_cast<double>(structure.n_atoms()));
    double n_images = 1.0;
    for (unsigned axis = 0; axis < 3; ++axis) {
        double reach = std::ceil(cutoff * n_bins[axis] / heights[axis]);
        if (!structure.cell.periodic()[axis]) reach = std::min(reach, n_bins[axis] - 1.0);
        n_images *= 1.0 + 2.0 * reach / n_bins[axis];
        if (!(n_images < largest_n_images)) {
            throw InvalidInput("cell: it is so small or so skewed that the cutoff of " + to_text(cutoff) +
                               " Å reaches more than a million of its images; correct it, or reduce a skewed cell");
        }
        grid.n_bins[axis] = static_cast<long>(n_bins[axis]);
        grid.reach[axis] = static_cast<long>(reach);
    }
    return grid;
}

/// Farther out the digits of a position are too few for any distance.
void require_near(const arma::mat& fractional) {
    for (arma::uword i = 0; i < fractional.n_cols; ++i) {
        if (fractional.col(i).is_finite() && arma::abs(fractional.col(i)).max() < 1e12) continue;
        throw InvalidInput("structure: atom " + std::to_string(i) +
                           " is more than 1e12 cells away from the origin; correct its position or the cell");
    }
}

std::size_t flat_index(const Grid& grid, const Index3& bin) {
    return static_cast<std::size_t>((bin[0] * grid.n_bins[1] + bin[1]) * grid.n_bins[2] + bin[2]);
}

BinnedAtoms sort_into_bins(const Structure& structure, const Grid& grid, const arma::mat& fractional) {
    const std::size_t n_atoms = structure.n_atoms();
    BinnedAtoms atoms;
    atoms.bin.resize(n_atoms);
    arma::mat whole_cells(3, n_atoms, arma::fill::zeros);
    for (std::size_t i = 0; i < n_atoms; ++i) {
        for (unsigned axis = 0; axis < 3; ++axis) {
            if (structure.cell.periodic()[axis]) whole_cells(axis, i) = std::floor(fractional(axis, i));
            const double s = fractional(axis, i) - whole_cells(axis, i);
            const double n_bins = static_cast<double>(grid.n_bins[axis]);
            const auto bin = static_cast<long>((s - grid.origin[axis]) / grid.extent[axis] * n_bins);
            atoms.bin[i][axis] = std::clamp(bin, 0L, grid.n_bins[axis] - 1);
        }
    }
    atoms.wrapped = structure.positions - structure.cell.vectors() * whole_cells;
    const auto n_bins = static_cast<std::size_t>(grid.n_bins[0] * grid.n_bins[1] * grid.n_bins[2]);
    atoms.first.assign(n_bins + 1, 0);
    for (const Index3& bin : atoms.bin) ++atoms.first[flat_index(grid, bin) + 1];
    for (std::size_t b = 0; b < n_bins; ++b) atoms.first[b + 1] += atoms.first[b];
    atoms.members.resize(n_atoms);
    std::vector<std::size_t> next(atoms.first.begin(), atoms.first.end() - 1);
    for (std::size_t i = 0; i < n_atoms; ++i) atoms.members[next[flat_index(grid, atoms.bin[i])]++] = i;
    return atoms;
}

/// Moves a bin index into the grid; the number of whole cells it was outside by goes to @p images.
bool wrap_bin(const Structure& structure, const Grid& grid, Index3& bin, Index3& images) {
    for (unsigned axis = 0; axis < 3; ++axis) {
        const long n = grid.n_bins[axis];
        images[axis] = bin[axis] >= 0 ? bin[axis] / n : -((-bin[axis] + n - 1) / n);
        if (images[axis] != 0 && !structure.cell.periodic()[axis]) return false;
        bin[axis] -= images[axis] * n;
    }
    return true;
}

class Search {
public:
    Search(const Structure& structure, const Grid& grid, const BinnedAtoms& atoms, double cutoff)
        : structure_(structure), grid_(grid), atoms_(atoms), cutoff_squared_(cutoff * cutoff) {}

    void add_neighbors_of(std::size_t center, NeighborList& list) const {
        list.begin_center(center, structure_.atomic_numbers[center]);
        const Index3& home = atoms_.bin[center];
        for (long a = -grid_.reach[0]; a <= grid_.reach[0]; ++a) {
            for (long b = -grid_.reach[1]; b <= grid_.reach[1]; ++b) {
                for (long c = -grid_.reach[2]; c <= grid_.reach[2]; ++c) {
                    Index3 bin{home[0] + a, home[1] + b, home[2] + c};
                    Index3 images{};
                    if (wrap_bin(structure_, grid_, bin, images)) add_from_bin(center, bin, images, list);
                }
            }
        }
    }

private:
    void add_from_bin(std::size_t center, const Index3& bin, const Index3& images, NeighborList& list) const {
        const arma::vec3 steps{static_cast<double>(images[0]), static_cast<double>(images[1]),
                               static_cast<double>(images[2])};
        const arma::vec3 origin = structure_.cell.vectors() * steps - atoms_.wrapped.col(center);
        const bool home_image = images == Index3{0, 0, 0};
        const std::size_t flat = flat_index(grid_, bin);
        for (std::size_t m = atoms_.first[flat]; m < atoms_.first[flat + 1]; ++m) {
            const std::size_t j = atoms_.members[m];
            if (j == center && home_image) continue;
            const double x = atoms_.wrapped(0, j) + origin(0);
            const double y = atoms_.wrapped(1, j) + origin(1);
            const double z = atoms_.wrapped(2, j) + origin(2);
            const double squared = x * x + y * y + z * z;
            if (squared >= cutoff_squared_) continue;
            if (squared < smallest_distance_squared) throw_same_place(center, j);
            list.add_neighbor(j, structure_.atomic_numbers[j], x, y, z);
        }
    }

    const Structure& structure_;
    const Grid& grid_;
    const BinnedAtoms& atoms_;
    double cutoff_squared_;
};

}  // namespace

NeighborList build_neighbor_list(const Structure& structure, double cutoff) {
    if (!(cutoff > 0.0) || !std::isfinite(cutoff)) {
        throw InvalidInput("neighbor list: the cutoff must be finite and > 0 Å, got " + std::to_string(cutoff));
    }
    require_valid(structure);
    NeighborList list;
    if (structure.n_atoms() == 0) return list;
    const arma::mat fractional = structure.cell.inverse() * structure.positions;
    require_near(fractional);
    const Grid grid = make_grid(structure, fractional, cutoff);
    const BinnedAtoms atoms = sort_into_bins(structure, grid, fractional);
    const Search search(structure, grid, atoms, cutoff);
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) search.add_neighbors_of(i, list);
    return list;
}

}  // namespace nnpot
