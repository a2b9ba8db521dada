#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "nnpot/neighbor_list.hpp"
#include "nnpot/structure.hpp"

namespace nnpot {

/// A neighbor list that serves a structure while its atoms move a little: searched up to cutoff + skin, searched
/// again when an atom has moved farther than skin / 2 or anything but the positions changed, and otherwise only
/// given the new vectors. Source: Verlet 1967, Phys. Rev. 159, 98. One instance serves one thread at a time.
class VerletList {
public:
    /// @param skin  Å, finite and ≥ 0; with 0 every move is followed by a search
    /// @throws InvalidInput naming the rejected value
    explicit VerletList(double skin);

    double skin() const noexcept { return skin_; }

    /// How many times the neighbors have been searched so far.
    std::size_t n_searches() const noexcept { return n_searches_; }

    /// All neighbors within @p cutoff (Å) and some that are farther, for any structure; valid until the next call.
    /// @throws InvalidInput as build_neighbor_list()
    const NeighborList& update(const Structure& structure, double cutoff);

private:
    bool serves(const Structure& structure, double cutoff) const;
    void search(const Structure& structure, double cutoff);
    void keep_vectors();
    void move(const Structure& structure);

    double skin_;
    double cutoff_ = 0.0;  ///< without the skin
    std::size_t n_searches_ = 0;
    std::optional<Structure> searched_;  ///< the structure of the last search
    NeighborList list_;                  ///< its neighbors, with the vectors of the last update
    std::vector<double> dx_, dy_, dz_;   ///< the vectors of the last search, kept from the first move on
};

}  // namespace nnpot
