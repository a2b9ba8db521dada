#include "nnpot/structure.hpp"

#include <algorithm>
#include <string>

#include "nnpot/error.hpp"

namespace nnpot {

void require_valid(const Structure& structure) {
    if (structure.positions.n_rows != 3 || structure.positions.n_cols != structure.n_atoms()) {
        throw InvalidInput("structure: expected one position of three coordinates for each of " +
                           std::to_string(structure.n_atoms()) + " atoms, got " +
                           std::to_string(structure.positions.n_cols) + " positions");
    }
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) {
        if (!structure.positions.col(i).is_finite()) {
            throw InvalidInput("structure: the position of atom " + std::to_string(i) + " is not finite");
        }
    }
}

void throw_same_place(std::size_t i, std::size_t j) {
    throw InvalidInput("structure: atoms " + std::to_string(std::min(i, j)) + " and " + std::to_string(std::max(i, j)) +
                       " are on the same place; correct the positions or the cell");
}

}  // namespace nnpot
