#include "type_masses.h"

#include <mpi.h>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "mass_check.hpp"

using namespace LAMMPS_NS;

/* ---------------------------------------------------------------------- */

TypeMasses::TypeMasses(LAMMPS *host, const std::string &name) : Pointers(host), style(name) {}

/* ---------------------------------------------------------------------- */

void TypeMasses::check(const std::vector<int> &atomic_numbers, const std::vector<int> &known)
{
  const std::vector<double> masses = of_types();
  const std::string found = nnpot::masses_of_others(atomic_numbers, masses, known);
  const std::string far_off = nnpot::masses_of_none(atomic_numbers, masses, known);
  if (!found.empty() && found != last_warning && comm->me == 0)
    error->warning(FLERR,
                   "pair_{}: {}; if the elements in pair_coeff are not in the order of the atom "
                   "types, energies and forces are wrong",
                   style, found);
  if (!far_off.empty() && far_off != last_far_off && comm->me == 0)
    error->warning(FLERR,
                   "pair_{}: {}; no isotope has it, so all motion is too fast or too slow; give "
                   "masses in g/mol",
                   style, far_off);
  last_warning = found;
  last_far_off = far_off;
}

/* ----------------------------------------------------------------------
   of each type (from 1), 0 where it is not known; masses of single atoms are averaged
------------------------------------------------------------------------- */

std::vector<double> TypeMasses::of_types() const
{
  const int n = atom->ntypes + 1;
  std::vector<double> masses(n, 0.0);
  if (!atom->rmass_flag) {
    for (int type = 1; type < n && atom->mass; type++)
      if (atom->mass_setflag[type]) masses[type] = atom->mass[type];
    return masses;
  }
  std::vector<double> mine(2 * n, 0.0), sums(2 * n, 0.0);
  for (int i = 0; i < atom->nlocal; i++) {
    mine[atom->type[i]] += atom->rmass[i];
    mine[n + atom->type[i]] += 1.0;
  }
  MPI_Allreduce(mine.data(), sums.data(), 2 * n, MPI_DOUBLE, MPI_SUM, world);
  for (int type = 1; type < n; type++)
    if (sums[n + type] > 0.0) masses[type] = sums[type] / sums[n + type];
  return masses;
}
