#include "nnpot/structure.hpp"

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

}  // namespace nnpot
