#ifndef LMP_NNPOT_TYPE_MASSES_H
#define LMP_NNPOT_TYPE_MASSES_H

#include <string>
#include <vector>

#include "pointers.h"

namespace LAMMPS_NS {

// Masses say of which element an atom type is: where they say another than pair_coeff, its elements
// are probably in the wrong order, and the energies wrong without any other sign.

class TypeMasses : protected Pointers {
 public:
  TypeMasses(class LAMMPS *, const std::string &style);

  // atomic numbers: of each type (from 1), 0 for NULL; known: those of the model
  void check(const std::vector<int> &atomic_numbers, const std::vector<int> &known);

 private:
  const std::string style;
  std::string last_warning, last_far_off;    // not again before each run

  std::vector<double> of_types() const;
};

}    // namespace LAMMPS_NS

#endif
