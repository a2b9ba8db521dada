#ifndef LMP_NNPOT_COULOMB_PAIRS_H
#define LMP_NNPOT_COULOMB_PAIRS_H

#include <string>
#include <vector>

#include "nnpot/real_space.hpp"
#include "pointers.h"

namespace LAMMPS_NS {

// What the charges of a model do in real space, over a neighbor list of their own, which names each
// pair once and reaches farther than that of the symmetry functions.

class CoulombPairs : protected Pointers {
 public:
  static constexpr int LIST = 1;    // the list's number; that of the symmetry functions is 0

  // style: in messages; charges: of each atom type (from 1); energy_unit: eV per LAMMPS energy unit
  CoulombPairs(class LAMMPS *, const std::string &style, const nnpot::LongRange &,
               const std::vector<double> &charges, double energy_unit);

  void request_list(class Pair *) const;
  void take_list(class NeighList *given) { list = given; }
  double add(const nnpot::CoulombTallies &);    // the energy, of all pairs of this rank

 private:
  const std::string style;
  nnpot::RealSpace sums;
  class NeighList *list;    // half
};

}    // namespace LAMMPS_NS

#endif
