#ifndef LMP_NNPOT_PAIR_COEFF_WORDS_H
#define LMP_NNPOT_PAIR_COEFF_WORDS_H

#include <string>
#include <vector>

namespace LAMMPS_NS {

// * * MODEL_DIR [MODEL_DIR2 ...] El1 El2 ... | NULL
// The last words, as many as there are types, are the elements.

struct PairCoeffWords {
  std::vector<std::string> directories, elements;
};

// on all ranks; an error where the words are something else
PairCoeffWords read_pair_coeff(class LAMMPS *, const std::vector<std::string> &);

}    // namespace LAMMPS_NS

#endif
