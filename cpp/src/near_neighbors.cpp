#include "near_neighbors.hpp"

namespace nnpot {
namespace {

/// Room for @p n pairs; what is there already is not given back, so that nothing has to be cleared again.
void make_room(std::size_t n, NeighborList& list, std::vector<std::size_t>& pairs) {
    if (pairs.size() >= n) return;
    for (auto* indices : {&list.neighbor_index, &pairs}) indices->resize(n);
    for (auto* component : {&list.dx, &list.dy, &list.dz}) component->resize(n);
    list.neighbor_atomic_number.resize(n);
}

}  // namespace

// Every pair is written to the next free place, and the place is kept if the pair counts: no branch that the processor
// would have to guess.
const NeighborList& NearNeighbors::select(const NeighborList& list, double cutoff) {
    const double cutoff_squared = cutoff * cutoff;
    list_.center_index = list.center_index;
    list_.center_atomic_number = list.center_atomic_number;
    list_.offsets.assign(1, 0);
    make_room(list.n_pairs(), list_, pairs_);
    std::size_t end = 0;
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        for (std::size_t p = list.offsets[c]; p < list.offsets[c + 1]; ++p) {
            const double x = list.dx[p], y = list.dy[p], z = list.dz[p];
            pairs_[end] = p;
            list_.neighbor_index[end] = list.neighbor_index[p];
            list_.neighbor_atomic_number[end] = list.neighbor_atomic_number[p];
            list_.dx[end] = x;
            list_.dy[end] = y;
            list_.dz[end] = z;
            end += static_cast<std::size_t>(x * x + y * y + z * z < cutoff_squared);
        }
        list_.offsets.push_back(end);
    }
    return list_;
}

void NearNeighbors::add_to(const Evaluation& near, Evaluation& evaluation) const {
    for (std::size_t c = 0; c < near.energies.size(); ++c) evaluation.energies[c] += near.energies[c];
    const std::size_t n_near = list_.offsets.back();
    for (const auto component : {&Evaluation::gx, &Evaluation::gy, &Evaluation::gz}) {
        const std::vector<double>& from = near.*component;
        std::vector<double>& to = evaluation.*component;
        for (std::size_t p = 0; p < n_near; ++p) to[pairs_[p]] += from[p];
    }
}

}  // namespace nnpot
