#include "nnpot/cell.hpp"

#include <cmath>

#include "nnpot/error.hpp"

namespace nnpot {
namespace {

constexpr double smallest_relative_volume = 1e-10;

/// A unit vector that is perpendicular to the nonzero ones among the two given.
arma::vec3 completing_direction(const arma::vec3& a, const arma::vec3& b) {
    const arma::vec3 normal = arma::cross(a, b);
    if (arma::norm(normal) > 0.0) return normal / arma::norm(normal);
    const arma::vec3 given = arma::norm(a) > 0.0 ? a : b;
    arma::vec3 axis(arma::fill::zeros);
    axis(arma::index_min(arma::abs(given))) = 1.0;
    if (arma::norm(given) == 0.0) return axis;
    const arma::vec3 perpendicular = arma::cross(given, axis);
    return perpendicular / arma::norm(perpendicular);
}

}  // namespace

Cell::Cell(const arma::mat33& vectors, const std::array<bool, 3>& periodic) : vectors_(vectors), periodic_(periodic) {
    if (!vectors_.is_finite()) throw InvalidInput("cell: the cell vectors must be finite numbers");
    for (unsigned axis = 0; axis < 3; ++axis) {
        if (arma::norm(vectors_.col(axis)) > 0.0) continue;
        if (periodic_[axis]) {
            throw InvalidInput("cell: vector " + std::to_string(axis + 1) +
                               " is zero but its direction is periodic; give a cell or switch pbc off");
        }
        vectors_.col(axis) = completing_direction(vectors_.col((axis + 1) % 3), vectors_.col((axis + 2) % 3));
    }
    const arma::vec3 a = vectors_.col(0), b = vectors_.col(1), c = vectors_.col(2);
    const double volume = arma::dot(a, arma::cross(b, c));
    if (!(std::abs(volume) > smallest_relative_volume * arma::norm(a) * arma::norm(b) * arma::norm(c))) {
        throw InvalidInput("cell: the three cell vectors span no volume; correct the cell");
    }
    inverse_.row(0) = arma::cross(b, c).t() / volume;
    inverse_.row(1) = arma::cross(c, a).t() / volume;
    inverse_.row(2) = arma::cross(a, b).t() / volume;
}

double Cell::height(unsigned axis) const { return 1.0 / arma::norm(inverse_.row(axis)); }

}  // namespace nnpot
