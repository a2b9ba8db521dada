#include "stage_report.h"

#include <mpi.h>

#include "comm.h"
#include "lammps.h"
#include "nnpot/stage_timer.hpp"
#include "utils.h"

using namespace LAMMPS_NS;

#ifndef NNPOT_STAGE_TIMERS

void LAMMPS_NS::show_stages(LAMMPS *) {}

#else

void LAMMPS_NS::show_stages(LAMMPS *lmp)
{
  auto mine = nnpot::stage_seconds(), sum = mine;
  MPI_Allreduce(mine.data(), sum.data(), static_cast<int>(sum.size()), MPI_DOUBLE, MPI_SUM,
                lmp->world);
  for (std::size_t s = 0; s < sum.size(); s++)
    if (lmp->comm->me == 0)
      utils::logmesg(lmp, "nnpot stage {} {:.6g}\n", nnpot::stage_names[s],
                     sum[s] / lmp->comm->nprocs);
}

#endif
