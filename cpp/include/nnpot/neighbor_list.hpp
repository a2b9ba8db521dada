#pragma once

#include <cstddef>
#include <vector>

namespace nnpot {

/// Å²: whoever fills a NeighborList refuses atoms that are closer than a millionth of an Å.
constexpr double smallest_distance_squared = 1e-12;

/// What a potential sees of the world: centers, and for each its neighbors with the vectors to them.
///
/// Whoever fills it (CellList from a Structure, the LAMMPS plugin from LAMMPS's own lists) decides about
/// cells, images and ghosts; indices are the caller's and are only handed back with the results. Each
/// neighbor appears once per image within the cutoff; farther ones may be present and are ignored.
/// The neighbors of center c are the entries offsets[c] to offsets[c + 1] − 1.
struct NeighborList {
    std::vector<std::size_t> center_index;  ///< caller's index of each center
    std::vector<int> center_atomic_number;
    std::vector<std::size_t> offsets{0};      ///< n_centers + 1
    std::vector<std::size_t> neighbor_index;  ///< caller's index of each neighbor
    std::vector<int> neighbor_atomic_number;
    std::vector<double> dx, dy, dz;  ///< r_neighbor − r_center, Å

    std::size_t n_centers() const noexcept { return center_index.size(); }
    std::size_t n_pairs() const noexcept { return neighbor_index.size(); }

    /// How many neighbors each center has.
    std::vector<std::size_t> counts() const {
        std::vector<std::size_t> found(n_centers());
        for (std::size_t c = 0; c < n_centers(); ++c) found[c] = offsets[c + 1] - offsets[c];
        return found;
    }

    /// Starts a new center; the neighbors added next are its own.
    void begin_center(std::size_t index, int atomic_number) {
        center_index.push_back(index);
        center_atomic_number.push_back(atomic_number);
        offsets.push_back(n_pairs());
    }

    void add_neighbor(std::size_t index, int atomic_number, double x, double y, double z) {
        neighbor_index.push_back(index);
        neighbor_atomic_number.push_back(atomic_number);
        dx.push_back(x);
        dy.push_back(y);
        dz.push_back(z);
        ++offsets.back();
    }

    /// Removes all centers and keeps the memory.
    void clear() {
        center_index.clear();
        center_atomic_number.clear();
        offsets.assign(1, 0);
        neighbor_index.clear();
        neighbor_atomic_number.clear();
        dx.clear();
        dy.clear();
        dz.clear();
    }
};

}  // namespace nnpot
