#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "nnpot/model.hpp"
#include "nnpot/neighbor_list.hpp"
#include "nnpot/structure.hpp"

/// Slow, readable counterparts of what the core computes, and material to compare them on.
namespace reference {

/// Value of one symmetry function for one center, term by term as in the papers.
double symmetry_function(const nnpot::SymmetryFunction& function, const nnpot::CutoffFunction& cutoff,
                         const nnpot::NeighborList& list, std::size_t center);

/// All pairs within the cutoff by going through all images up to a fixed number.
nnpot::NeighborList neighbor_list(const nnpot::Structure& structure, double cutoff, int images);

/// Distances of all neighbors of one center, sorted: a neighbor list without its order.
std::vector<double> sorted_distances(const nnpot::NeighborList& list, std::size_t center);

/// Atoms of the given elements at random in a cell, none closer than 1.5 Å.
nnpot::Structure random_structure(std::size_t n_atoms, const arma::mat33& cell, const std::array<bool, 3>& periodic,
                                  const std::vector<int>& atomic_numbers, unsigned seed);

/// A model with random weights for H and O: radial and angular functions of every type.
nnpot::Model random_model(unsigned seed);

/// A directory that is removed at the end of its life.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    std::string name() const { return path_.string(); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace reference
