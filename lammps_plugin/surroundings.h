#ifndef LMP_NNPOT_SURROUNDINGS_H
#define LMP_NNPOT_SURROUNDINGS_H

#include <string>

namespace LAMMPS_NS {

// Refuses settings of LAMMPS with which atoms would not see their whole environments, and warns of
// those that take some atoms out on purpose. style: in messages

void require_whole_environments(class LAMMPS *, const std::string &style);

}    // namespace LAMMPS_NS

#endif
