#ifndef LMP_MODEL_CHARGES_H
#define LMP_MODEL_CHARGES_H

#include <string>
#include <vector>

#include "nnpot/model.hpp"
#include "pointers.h"

namespace LAMMPS_NS {

// What a model with charges shares with LAMMPS: the charges of the atoms, and k-space, which
// computes what lies in reciprocal space with the charges and the splitting parameter of the model.

class ModelCharges : protected Pointers {
 public:
  // style: in messages; atomic_numbers: of each atom type (from 1), 0 for NULL; cutoff of the
  // symmetry functions: Angstrom
  ModelCharges(class LAMMPS *, const std::string &style, const nnpot::LongRange &,
               const std::vector<int> &atomic_numbers, double cutoff);

  static void announce(class Pair *, bool);    // which k-space styles a pair style goes with
  void *hand_over();    // on all ranks, before k-space is initialised; what it asks for: the cutoff
  void require_kspace(class Pair *) const;    // on all ranks, after it
  const std::vector<double> &of_types() const { return charges; }
  void hand_over_to_atoms();    // before each evaluation: atoms may come, and charges be changed

 private:
  const std::string style;
  const double alpha;             // 1/Angstrom
  double cutoff;                  // Angstrom, of the part in real space
  std::vector<double> charges;    // e, of each atom type (from 1)

  tagint fill_in();
  std::string difference(tagint) const;
  bool counted_twice(class Pair *, std::string &) const;
};

}    // namespace LAMMPS_NS

#endif
