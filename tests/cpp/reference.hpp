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

/// Cutoff function and its slope as in docs/theory.md, in extended precision; the part near the cutoff from the
/// distance to it, because the formulas cancel there.
nnpot::ValueAndSlope cutoff_function(nnpot::CutoffType type, double radius, double inner_radius, double r);

/// Compact function of a distance and its slope.
nnpot::ValueAndSlope compact_function(const nnpot::SymmetryFunction& function, double r);

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

/// Radial and angular functions of H or O that RuNNer knows, without the center.
extern const std::vector<std::string> plain_functions;
/// Functions that n2p2 added: weighted by atomic numbers, or of compact support.
extern const std::vector<std::string> other_functions;

/// A model with random weights for H and O, both with the same functions.
nnpot::Model random_model(unsigned seed, const std::vector<std::string>& functions = plain_functions);

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
