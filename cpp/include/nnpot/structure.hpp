#pragma once

#include <armadillo>
#include <vector>

#include "nnpot/cell.hpp"

namespace nnpot {

/// Atoms in a cell. Positions need not lie inside the cell.
struct Structure {
    arma::mat positions;              ///< 3 × n_atoms, Å
    std::vector<int> atomic_numbers;  ///< n_atoms
    Cell cell;

    std::size_t n_atoms() const noexcept { return atomic_numbers.size(); }
};

/// Throws InvalidInput unless sizes fit and all positions are finite.
void require_valid(const Structure& structure);

/// Throws InvalidInput that names the two atoms.
[[noreturn]] void throw_same_place(std::size_t i, std::size_t j);

}  // namespace nnpot
