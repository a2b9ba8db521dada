#include "nnpot/atomic_virials.hpp"

namespace nnpot {
namespace {

/// Half of the symmetric part of −x ⊗ g.
void half_of_pair(const NeighborList& list, const Evaluation& evaluation, std::size_t p, double* half) noexcept {
    const double x = -0.5 * list.dx[p], y = -0.5 * list.dy[p], z = -0.5 * list.dz[p];
    const double gx = evaluation.gx[p], gy = evaluation.gy[p], gz = evaluation.gz[p];
    half[0] = x * gx;
    half[1] = y * gy;
    half[2] = z * gz;
    half[3] = 0.5 * (x * gy + y * gx);
    half[4] = 0.5 * (x * gz + z * gx);
    half[5] = 0.5 * (y * gz + z * gy);
}

}  // namespace

void add_shared_virials(const NeighborList& list, const Evaluation& evaluation, double* virials) noexcept {
    double half[6];
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        double* const center = virials + 6 * list.center_index[c];
        for (std::size_t p = list.offsets[c]; p < list.offsets[c + 1]; ++p) {
            half_of_pair(list, evaluation, p, half);
            double* const neighbor = virials + 6 * list.neighbor_index[p];
            for (int k = 0; k < 6; ++k) center[k] += half[k];
            for (int k = 0; k < 6; ++k) neighbor[k] += half[k];
        }
    }
}

void add_centroid_virials(const NeighborList& list, const Evaluation& evaluation, double* virials) noexcept {
    for (std::size_t p = 0; p < list.n_pairs(); ++p) {
        const double x = list.dx[p], y = list.dy[p], z = list.dz[p];
        const double gx = evaluation.gx[p], gy = evaluation.gy[p], gz = evaluation.gz[p];
        double* const neighbor = virials + 9 * list.neighbor_index[p];
        neighbor[0] -= x * gx;
        neighbor[1] -= y * gy;
        neighbor[2] -= z * gz;
        neighbor[3] -= x * gy;
        neighbor[4] -= x * gz;
        neighbor[5] -= y * gz;
        neighbor[6] -= y * gx;
        neighbor[7] -= z * gx;
        neighbor[8] -= z * gy;
    }
}

}  // namespace nnpot
