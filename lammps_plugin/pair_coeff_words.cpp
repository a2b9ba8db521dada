#include "pair_coeff_words.h"

#include <mpi.h>

#include <algorithm>
#include <filesystem>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "lammps.h"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"

using namespace LAMMPS_NS;

/* ----------------------------------------------------------------------
   in the place of a directory: too many elements were given
------------------------------------------------------------------------- */

static bool is_an_element(const std::string &word)
{
  std::error_code error;
  if (std::filesystem::exists(word, error)) return false;
  try {
    return word == "NULL" || nnpot::atomic_number(word) > 0;
  } catch (const nnpot::Error &) {
    return false;
  }
}

/* ---------------------------------------------------------------------- */

PairCoeffWords LAMMPS_NS::read_pair_coeff(LAMMPS *lmp, const std::vector<std::string> &words)
{
  const int n_words = static_cast<int>(words.size()), n_types = lmp->atom->ntypes;
  const int first_element = MAX(n_words - n_types, 2);
  PairCoeffWords found;
  found.directories.assign(words.begin() + MIN(n_words, 2),
                           words.begin() + MIN(first_element, n_words));
  found.elements.assign(words.begin() + MIN(first_element, n_words), words.end());
  int wrong = found.directories.empty();
  // only the first rank looks at files: others may see other ones, and all must go on or stop
  if (lmp->comm->me == 0 &&
      std::any_of(found.directories.begin(), found.directories.end(), is_an_element))
    wrong = 1;
  MPI_Bcast(&wrong, 1, MPI_INT, 0, lmp->world);
  if (wrong)
    lmp->error->all(FLERR,
                    "pair_nnp: expected 'pair_coeff * * MODEL_DIR' (several for a committee) and "
                    "one element or NULL for each of the {} atom types, got {} words after "
                    "MODEL_DIR; correct the pair_coeff line",
                    n_types, MAX(n_words - 3, 0));
  return found;
}
