#include "surroundings.h"

#include "atom.h"
#include "error.h"
#include "force.h"
#include "lammps.h"
#include "neighbor.h"

using namespace LAMMPS_NS;

void LAMMPS_NS::require_whole_environments(LAMMPS *lmp, const std::string &style)
{
  const Force *const force = lmp->force;
  Error *const error = lmp->error;
  if (force->newton_pair == 0)
    error->all(FLERR, "pair_{0}: pair_style {0} requires newton pair on; remove 'newton off'",
               style);
  if (lmp->atom->tag_enable == 0)
    error->all(FLERR, "pair_{0}: pair_style {0} requires atom IDs; remove 'atom_modify id no'",
               style);

  if (lmp->atom->nbonds > 0)
    for (int i = 1; i <= 3; i++)
      if (force->special_lj[i] == 0.0 && force->special_coul[i] == 0.0)
        error->all(FLERR,
                   "pair_{}: special_bonds takes bonded neighbors out of the environments; add "
                   "'special_bonds lj/coul 1.0 1.0 1.0'",
                   style);
  const Neighbor *const neighbor = lmp->neighbor;
  if (neighbor->nex_type || neighbor->nex_group || neighbor->nex_mol)
    error->warning(FLERR,
                   "pair_{}: neigh_modify exclude takes atoms out of each other's environments: "
                   "the energies and forces of all atoms around change",
                   style);
}
