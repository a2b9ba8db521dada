#pragma once

#include "nnpot/model.hpp"

namespace nnpot {

/// Joins symmetry functions that an element has more than once, as some published models do (a pair of neighbors
/// written in both orders): one is kept, with the sum of the weights of all in the first layer, so that the energy is
/// the same. The scaling data are those of the first.
/// @param model  functions sorted, a row of scaling data and of the first layer's weights for each
/// @throws InvalidInput if one of them cannot be scaled
void join_equal_functions(Model& model);

}  // namespace nnpot
