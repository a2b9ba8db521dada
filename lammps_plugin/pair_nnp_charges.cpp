// The part of PairNNP that is about the charges of a model: its place beside k-space, and real
// space.

#include <cstring>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "lammps_neigh_request.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "nnpot/stage_timer.hpp"
#include "pair_nnp.h"

using namespace LAMMPS_NS;

// the neighbor list of the Coulomb part; that of the symmetry functions has the number 0
static constexpr int COULOMB_LIST = 1;

/* ----------------------------------------------------------------------
   k-space asks the pair style, or the hybrid style that it is part of
------------------------------------------------------------------------- */

void PairNNP::set_charges()
{
  charges.reset();
  coulomb.reset();
  const auto &model = potential->long_range();
  if (model) charges = std::make_unique<ModelCharges>(lmp, style, *model, atomic_numbers, cutoff);
  if (model && model->with_real_space)
    coulomb = std::make_unique<nnpot::RealSpace>(*model, charges->of_types(), host_energy);
  ModelCharges::announce(this, model.has_value());
  if (model) ModelCharges::announce(force->pair, true);
}

void *PairNNP::extract(const char *name, int &dimension)
{
  dimension = 0;
  if (strcmp(name, "cut_coul") != 0) return nullptr;
  if (ewaldflag) require_model();    // k-space asks earlier than the pair style is initialised
  return charges ? charges->hand_over() : nullptr;
}

/* ----------------------------------------------------------------------
   the cutoff of the pair style is that of the functions: a list that goes farther would cost them
   time at every step; LAMMPS adds the skin, but not the ghosts that the farther list needs
------------------------------------------------------------------------- */

void PairNNP::request_lists()
{
  neighbor->add_request(this, NeighConst::REQ_FULL);
  if (!coulomb) return;
  NeighRequest *const pairs = neighbor->add_request(this);
  pairs->set_id(COULOMB_LIST);
  pairs->set_cutoff(coulomb->cutoff());
  if (comm->mode != Comm::SINGLE)
    error->all(FLERR,
               "pair_{}: the model's charges need the same ghost cutoff for all types; use "
               "'comm_modify mode single'",
               style);
  comm->cutghostuser = MAX(comm->cutghostuser, coulomb->cutoff() + neighbor->skin);
}

void PairNNP::init_list(int id, NeighList *requested)
{
  (id == COULOMB_LIST ? coulomb_list : list) = requested;
}

/* ----------------------------------------------------------------------
   of the charges, what lies in real space; the networks have refused atoms on the same place
------------------------------------------------------------------------- */

void PairNNP::add_coulomb()
{
  const nnpot::StageTimer stage_timer(nnpot::Stage::coulomb);
  const auto n_atoms = static_cast<std::size_t>(atom->nlocal + atom->nghost);
  if (n_atoms == 0) return;
  nnpot::CoulombTallies tallies{&atom->f[0][0]};
  if (vflag_global) tallies.virial = virial;
  if (eflag_atom) tallies.energies = eatom;
  if (vflag_atom) tallies.virials = &vatom[0][0];
  if (cvflag_atom) tallies.centroid_virials = &cvatom[0][0];
  const double energy =
      coulomb->compute({n_atoms, &atom->x[0][0], atom->type},
                       {static_cast<std::size_t>(coulomb_list->inum), coulomb_list->ilist,
                        coulomb_list->numneigh, coulomb_list->firstneigh, NEIGHMASK},
                       tallies);
  if (eflag_global) eng_coul += energy;
}
