#ifndef LMP_NNPOT_STAGE_REPORT_H
#define LMP_NNPOT_STAGE_REPORT_H

namespace LAMMPS_NS {

// After a run: seconds in each stage of the engine, mean over the ranks, in builds that have
// clocks.

void show_stages(class LAMMPS *);

}    // namespace LAMMPS_NS

#endif
