#include "coulomb_pairs.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "lammps_neigh_request.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "nnpot/stage_timer.hpp"

using namespace LAMMPS_NS;

/* ---------------------------------------------------------------------- */

CoulombPairs::CoulombPairs(LAMMPS *host, const std::string &name, const nnpot::LongRange &model,
                           const std::vector<double> &charges, double energy_unit) :
    Pointers(host), style(name), sums(model, charges, energy_unit), list(nullptr)
{
}

/* ----------------------------------------------------------------------
   the cutoff of the pair style is that of the functions: a list that goes farther would cost them
   time at every step; LAMMPS adds the skin, but not the ghosts that the farther list needs
------------------------------------------------------------------------- */

void CoulombPairs::request_list(Pair *pair) const
{
  NeighRequest *const request = neighbor->add_request(pair);
  request->set_id(LIST);
  request->set_cutoff(sums.cutoff());
  if (comm->mode != Comm::SINGLE)
    error->all(FLERR,
               "pair_{}: the model's charges need the same ghost cutoff for all types; use "
               "'comm_modify mode single'",
               style);
  comm->cutghostuser = MAX(comm->cutghostuser, sums.cutoff() + neighbor->skin);
}

/* ----------------------------------------------------------------------
   the networks have refused atoms on the same place
------------------------------------------------------------------------- */

double CoulombPairs::add(const nnpot::CoulombTallies &tallies)
{
  const nnpot::StageTimer stage_timer(nnpot::Stage::coulomb);
  const auto n_atoms = static_cast<std::size_t>(atom->nlocal + atom->nghost);
  return sums.compute({n_atoms, &atom->x[0][0], atom->type},
                      {static_cast<std::size_t>(list->inum), list->ilist, list->numneigh,
                       list->firstneigh, NEIGHMASK},
                      tallies);
}
