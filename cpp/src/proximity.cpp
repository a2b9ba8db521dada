#include "nnpot/proximity.hpp"

#include <cmath>
#include <string>

#include "lattice_neighbors.hpp"
#include "nnpot/error.hpp"

namespace nnpot {

namespace {

void require_orders(const std::vector<int>& orders, double radius) {
    if (orders.empty()) throw InvalidInput("proximity matrices: expected at least one order");
    for (const int order : orders) {
        if (order <= -2) continue;
        throw InvalidInput("proximity matrices: orders must be -2 or less, got " + std::to_string(order));
    }
    if (!std::isfinite(radius) || radius <= 0.0) {
        throw InvalidInput("proximity matrices: the radius must be finite and > 0, got " + std::to_string(radius));
    }
}

double integer_power(double x, int n) {
    double power = 1.0;
    for (; n > 0; --n) power *= x;
    return power;
}

/// So many cells away that no image within the radius is left out, wherever the particles lie.
unsigned enough_depth(const arma::mat& positions, double width, double radius) {
    const arma::vec extent = arma::max(positions, 1) - arma::min(positions, 1);
    return static_cast<unsigned>(std::ceil((radius + extent.max()) / width)) + 1;
}

/// Adds neighbor @p k of particle @p i to all orders.
void add_neighbor(const LatticeNeighbors& near, std::size_t k, std::size_t i, const std::vector<int>& orders,
                  double radius, Proximity& sum) {
    const std::size_t j = near.particle(k);
    const double r = near.r(k), base = radius / r - r / radius;
    const double base_slope = -radius / (r * r) - 1.0 / radius;
    for (std::size_t o = 0; o < orders.size(); ++o) {
        const double lower = integer_power(base, -orders[o] - 1);
        const double slope = -orders[o] * lower * base_slope / r;
        sum.matrices(i, j, o) += lower * base;
        for (std::size_t d = 0; d < near.dimension(); ++d) {
            const double g = slope * near.vectors()[d][k];
            if (j != i) sum.slopes[o](d, i, j) += g;
            sum.by_width(i, j, o) += g * near.image(k, d);
        }
    }
}

}  // namespace

Proximity proximity_matrices(const arma::mat& positions, double width, const std::vector<int>& orders, double radius) {
    require_lattice(positions, width);
    require_orders(orders, radius);
    const std::size_t n = positions.n_cols;
    Proximity result{arma::cube(n, n, orders.size(), arma::fill::zeros),
                     std::vector<arma::cube>(orders.size(), arma::cube(positions.n_rows, n, n, arma::fill::zeros)),
                     arma::cube(n, n, orders.size(), arma::fill::zeros)};
    const unsigned depth = enough_depth(positions, width, radius);
    LatticeNeighbors near;
    for (std::size_t i = 0; i < n; ++i) {
        near.find(positions, width, depth, i, radius);
        for (std::size_t k = 0; k < near.size(); ++k) add_neighbor(near, k, i, orders, radius, result);
    }
    return result;
}

}  // namespace nnpot
