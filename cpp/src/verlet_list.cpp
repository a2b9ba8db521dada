#include "nnpot/verlet_list.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nnpot/cell_list.hpp"
#include "nnpot/error.hpp"

namespace nnpot {
namespace {

bool same_but_for_positions(const Structure& a, const Structure& b) {
    const arma::mat33 &left = a.cell.vectors(), &right = b.cell.vectors();
    return a.atomic_numbers == b.atomic_numbers && a.cell.periodic() == b.cell.periodic() &&
           std::equal(left.begin(), left.end(), right.begin());
}

}  // namespace

VerletList::VerletList(double skin) : skin_(skin) {
    if (skin >= 0.0 && std::isfinite(skin)) return;
    throw InvalidInput("neighbor list: the skin must be finite and >= 0 Å, got " + std::to_string(skin));
}

const NeighborList& VerletList::update(const Structure& structure, double cutoff) {
    require_valid(structure);
    if (serves(structure, cutoff)) {
        move(structure);
    } else {
        search(structure, cutoff);
    }
    return list_;
}

bool VerletList::serves(const Structure& structure, double cutoff) const {
    if (!searched_ || cutoff != cutoff_ || !same_but_for_positions(structure, *searched_)) return false;
    const double largest = 0.25 * skin_ * skin_;
    for (arma::uword i = 0; i < structure.positions.n_cols; ++i) {
        const double* const now = structure.positions.colptr(i);
        const double* const then = searched_->positions.colptr(i);
        const double x = now[0] - then[0], y = now[1] - then[1], z = now[2] - then[2];
        if (x * x + y * y + z * z > largest) return false;
    }
    return true;
}

void VerletList::search(const Structure& structure, double cutoff) {
    searched_.reset();  // stays so if the search throws
    list_ = build_neighbor_list(structure, cutoff + skin_);
    dz_.clear();
    cutoff_ = cutoff;
    searched_ = structure;
    ++n_searches_;
}

void VerletList::keep_vectors() {
    if (dz_.size() == list_.n_pairs()) return;
    dx_ = list_.dx;
    dy_ = list_.dy;
    dz_ = list_.dz;
}

/// Each vector changes by the difference of its ends' displacements, whatever image it leads to.
void VerletList::move(const Structure& structure) {
    keep_vectors();
    const arma::mat displacement = structure.positions - searched_->positions;
    for (std::size_t c = 0; c < list_.n_centers(); ++c) {
        const double* const own = displacement.colptr(c);
        for (std::size_t p = list_.offsets[c]; p < list_.offsets[c + 1]; ++p) {
            const double* const other = displacement.colptr(list_.neighbor_index[p]);
            const double x = list_.dx[p] = dx_[p] + (other[0] - own[0]);
            const double y = list_.dy[p] = dy_[p] + (other[1] - own[1]);
            const double z = list_.dz[p] = dz_[p] + (other[2] - own[2]);
            if (x * x + y * y + z * z < smallest_distance_squared) throw_same_place(c, list_.neighbor_index[p]);
        }
    }
}

}  // namespace nnpot
