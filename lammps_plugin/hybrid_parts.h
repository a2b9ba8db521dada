#ifndef LMP_NNPOT_HYBRID_PARTS_H
#define LMP_NNPOT_HYBRID_PARTS_H

#include <string>
#include <vector>

namespace LAMMPS_NS {

// The running pair styles with a word in their names: the one, or those that are parts of a hybrid
// style, in its order.

std::vector<class Pair *> pair_styles_with(const std::string &word, class Force *);

}    // namespace LAMMPS_NS

#endif
