#pragma once

#include <armadillo>

#include "nnpot/model.hpp"
#include "nnpot/structure.hpp"

namespace nnpot {

/// What the charges of a model add to its networks, shared out among n atoms.
struct CoulombPart {
    arma::vec energies;  ///< n, eV
    arma::mat forces;    ///< 3 × n, eV/Å
    arma::mat virials;   ///< 6 × n (xx yy zz xy xz yz), eV
};

/// Real space where the model has it, reciprocal space, self term and, where the charges do not sum up to 0, a
/// neutralising background.
/// @throws InvalidInput unless the cell is periodic in three directions
/// @throws UnknownElement for an element without a charge
CoulombPart coulomb_part(const Structure& structure, const LongRange& long_range);

}  // namespace nnpot
