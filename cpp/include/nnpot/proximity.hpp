#pragma once

#include <armadillo>
#include <vector>

namespace nnpot {

/// Proximity matrices of a lattice, one per order o ≤ −2, in any dimension.
///
/// P_ij = sum over all images k of (R/r_ijk − r_ijk/R)^(−o) with r_ijk < R, a particle itself left out.
/// Value and slope vanish at R. Source: Heiszwolf 2020, equation 11 (docs/lattice_model.md); there the images are
/// cut at depth ceil(R/width) + 1, which leaves none out whose particles lie in the cell.
struct Proximity {
    arma::cube matrices;             ///< n × n × orders
    std::vector<arma::cube> slopes;  ///< per order: dimension × n × n, dP_ij/d(position of j) = −dP_ij/d(position of i)
    arma::cube by_width;             ///< n × n × orders, positions held
};

/// @param positions  dimensions × particles   @param radius  R > 0
/// @throws InvalidInput if an order is above −2, or as LatticeModel::energy does
Proximity proximity_matrices(const arma::mat& positions, double width, const std::vector<int>& orders, double radius);

}  // namespace nnpot
