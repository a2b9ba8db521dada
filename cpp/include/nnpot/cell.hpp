#pragma once

#include <armadillo>
#include <array>

namespace nnpot {

/// Simulation cell: three cell vectors (columns, Å) and the directions that repeat.
/// Vectors of directions that do not repeat may be zero; they are completed by unit vectors
/// perpendicular to the others, so that fractional coordinates always exist.
class Cell {
public:
    /// @param vectors   3 × 3, one cell vector per column, Å
    /// @param periodic  which directions repeat
    /// @throws InvalidInput if a periodic vector is zero, not finite, or the vectors span no volume
    Cell(const arma::mat33& vectors, const std::array<bool, 3>& periodic);

    const arma::mat33& vectors() const noexcept { return vectors_; }
    const arma::mat33& inverse() const noexcept { return inverse_; }
    const std::array<bool, 3>& periodic() const noexcept { return periodic_; }

    /// Distance in Å between the two faces of the cell that direction @p axis crosses.
    double height(unsigned axis) const;

private:
    arma::mat33 vectors_;
    arma::mat33 inverse_;
    std::array<bool, 3> periodic_;
};

}  // namespace nnpot
