#ifndef LMP_NNPOT_BROADCAST_H
#define LMP_NNPOT_BROADCAST_H

#include <mpi.h>

#include <string>

namespace LAMMPS_NS {

// The text of the first rank, of any length, on all ranks.

void broadcast(std::string &, MPI_Comm);

}    // namespace LAMMPS_NS

#endif
