#include "pair_nnp.h"

#include <set>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "n2p2_commands.hpp"
#include "neigh_list.h"
#include "neighbor.h"
#include "nnpot/atomic_virials.hpp"
#include "nnpot/error.hpp"
#include "nnpot/stage_timer.hpp"
#include "nnpot/units.hpp"
#include "update.h"

using namespace LAMMPS_NS;

// centers that go through the engine at once: memory does not grow with the number of atoms
static constexpr int BLOCK_SIZE = 64;

/* ---------------------------------------------------------------------- */

PairNNP::PairNNP(LAMMPS *host, const char *name) :
    Pair(host), style(name), host_energy(1.0), cutoff(0.0), precision(nnpot::Precision::full),
    is_initialised(false), is_set_up(false), masses(host, name), monitor(host, name),
    tally_step(-1), tally_has_members(false), coulomb_list(nullptr)
{
  single_enable = 0;
  restartinfo = 0;
  one_coeff = 1;
  manybody_flag = 1;
  no_virial_fdotr_compute = 1;    // summed over pairs: no loss of digits far from the origin
  centroidstressflag = CENTROID_AVAIL;
}

PairNNP::~PairNNP()
{
  if (allocated) {
    memory->destroy(setflag);
    memory->destroy(cutsq);
  }
}

/* ----------------------------------------------------------------------
   pair_style nnp [units metal|real|atomic] [precision double|mixed]
                  [extrapolation ignore|warn|dump|stop] [tolerance X] [every N] [frames N] [file F]
------------------------------------------------------------------------- */

void PairNNP::settings(int narg, char **arg)
{
  if (narg > 0 && utils::is_double(arg[0]))
    error->all(FLERR,
               "pair_nnp: pair_style nnp takes no cutoff (the model has its own); remove '{}'",
               arg[0]);
  read_host_units();
  forget_model();
  model_units = "";
  precision = nnpot::Precision::full;
  monitor.reset();
  const std::vector<std::string> words(arg, arg + narg);
  n2p2_words = nnpot::is_n2p2_style(words) ? words : std::vector<std::string>();
  if (!n2p2_words.empty())
    return;    // pair_coeff, which has the cutoff, says what to write instead
  std::set<std::string> given;
  for (int n = 0; n < narg; n += 2) {
    if (!given.insert(words[n]).second)
      error->all(FLERR, "pair_nnp: '{}' is given twice; keep one of the two", words[n]);
    set_option(words[n], n + 1 < narg ? words[n + 1] : "");
  }
}

void PairNNP::set_option(const std::string &name, const std::string &value)
{
  if (name == "units" && (value == "metal" || value == "real" || value == "atomic"))
    model_units = value;
  else if (name == "units" && !value.empty())
    error->all(FLERR, "pair_nnp: units of the model must be metal, real or atomic, got '{}'",
               value);
  else if (name == "precision" && (value == "double" || value == "mixed"))
    precision = nnpot::precision_from_name(value);
  else if (!monitor.set_option(name, value))
    error->all(FLERR,
               "pair_nnp: expected 'pair_style nnp [units metal|real|atomic] [precision "
               "double|mixed] [extrapolation ignore|warn|dump|stop] [tolerance X] [every N] "
               "[frames N] [file NAME]', got '{} {}'",
               name, value);
}

/* ----------------------------------------------------------------------
   the engine is in eV and Angstrom: LAMMPS's lengths must be Angstrom
------------------------------------------------------------------------- */

void PairNNP::read_host_units()
{
  const std::string host = update->unit_style;
  if (host != "metal" && host != "real")
    error->all(FLERR, "pair_{}: units '{}' are not supported; use 'units metal' or 'units real'",
               style, host);
  host_energy = nnpot::unit_system(host).energy;
}

/* ---------------------------------------------------------------------- */

void PairNNP::init_style()
{
  require_model();
  masses.check(atomic_numbers, potential->atomic_numbers());
  if (charges) charges->require_kspace(this);
  if (force->newton_pair == 0)
    error->all(FLERR, "pair_{0}: pair_style {0} requires newton pair on; remove 'newton off'",
               style);
  if (atom->tag_enable == 0)
    error->all(FLERR, "pair_{0}: pair_style {0} requires atom IDs; remove 'atom_modify id no'",
               style);

  if (atom->nbonds > 0)
    for (int i = 1; i <= 3; i++)
      if (force->special_lj[i] == 0.0 && force->special_coul[i] == 0.0)
        error->all(FLERR,
                   "pair_{}: special_bonds takes bonded neighbors out of the environments; add "
                   "'special_bonds lj/coul 1.0 1.0 1.0'",
                   style);
  if (neighbor->nex_type || neighbor->nex_group || neighbor->nex_mol)
    error->warning(FLERR,
                   "pair_{}: neigh_modify exclude takes atoms out of each other's environments: "
                   "the energies and forces of all atoms around change",
                   style);

  request_lists();
  is_initialised = true;
}

/* ----------------------------------------------------------------------
   LAMMPS gives another pair_style command of the same name to this instance
------------------------------------------------------------------------- */

void PairNNP::require_model() const
{
  if (!adapter)
    error->all(FLERR,
               "pair_{0}: since the last 'pair_style {0}' there was no pair_coeff (or only "
               "one with an error); repeat the pair_coeff line after it",
               style);
}

/* ---------------------------------------------------------------------- */

double PairNNP::init_one(int, int)
{
  return cutoff;
}

/* ---------------------------------------------------------------------- */

void PairNNP::compute(int eflag, int vflag)
{
  require_model();
  if (!is_initialised)
    error->all(
        FLERR,
        "pair_{}: the model is new since the last set-up of a run; leave out 'pre no' of the "
        "run command",
        style);
  ev_init(eflag, vflag);
  if (charges) charges->hand_over_to_atoms();
  begin_findings();
  for (int first = 0; first < list->inum; first += BLOCK_SIZE) {
    evaluate_block(first, MIN(first + BLOCK_SIZE, list->inum));
    tally_block();
  }
  end_findings();
  if (coulomb) add_coulomb();
  if (!is_set_up) nnpot::stage_seconds().fill(0.0);
  is_set_up = true;
}

#ifndef NNPOT_STAGE_TIMERS

void PairNNP::show_stages() const {}

#else

void PairNNP::setup()
{
  is_set_up = false;
}

/* ----------------------------------------------------------------------
   after a run: seconds in each stage of the engine, mean over the ranks
------------------------------------------------------------------------- */

void PairNNP::show_stages() const
{
  auto mine = nnpot::stage_seconds(), sum = mine;
  MPI_Allreduce(mine.data(), sum.data(), static_cast<int>(sum.size()), MPI_DOUBLE, MPI_SUM, world);
  for (std::size_t s = 0; s < sum.size(); s++)
    if (comm->me == 0)
      utils::logmesg(lmp, "nnpot stage {} {:.6g}\n", nnpot::stage_names[s], sum[s] / comm->nprocs);
}

#endif

/* ---------------------------------------------------------------------- */

void PairNNP::evaluate_block(int first, int last)
{
  std::string message;
  try {
    fill_block(first, last);
    potential->compute(neighbors, evaluation, findings);
  } catch (const nnpot::CoincidentAtoms &e) {
    message = fmt::format("pair_{}: atoms {} and {} are on the same place at step {}", style,
                          atom->tag[e.first], atom->tag[e.second], update->ntimestep);
  } catch (const nnpot::Error &e) {
    message = fmt::format("pair_{}: {} (step {}; the atom is counted on MPI rank {})", style,
                          e.what(), update->ntimestep, comm->me);
  }
  if (!message.empty()) error->one(FLERR, message);
}

void PairNNP::fill_block(int first, int last)
{
  const nnpot::StageTimer stage_timer(nnpot::Stage::neighbors);
  adapter->fill({atom->x, atom->type}, {list->inum, list->ilist, list->numneigh, list->firstneigh},
                first, last, neighbors);
}

/* ----------------------------------------------------------------------
   add the block to forces, energy and virial
   the ghosts' share of the forces goes home by reverse communication
------------------------------------------------------------------------- */

void PairNNP::tally_block()
{
  const nnpot::StageTimer stage_timer(nnpot::Stage::forces);
  if (host_energy != 1.0) {
    const double energy_factor = 1.0 / host_energy;
    for (auto *values : {&evaluation.energies, &evaluation.gx, &evaluation.gy, &evaluation.gz})
      for (double &value : *values) value *= energy_factor;
  }

  if (neighbors.n_centers() > 0) evaluation.add_forces(neighbors, &atom->f[0][0]);
  if (eflag_global) eng_vdwl += evaluation.energy();
  if (vflag_global) evaluation.add_virial(neighbors, virial);
  if (eflag_atom || vflag_atom || cvflag_atom) tally_atoms();
  note_findings();
}

/* ----------------------------------------------------------------------
   the energy of a center is its own; a pair's virial is shared half and half,
   or, for the centroid stress, that of the neighbor
------------------------------------------------------------------------- */

void PairNNP::tally_atoms()
{
  if (neighbors.n_centers() == 0) return;
  if (eflag_atom)
    for (std::size_t c = 0; c < neighbors.n_centers(); c++)
      eatom[neighbors.center_index[c]] += evaluation.energies[c];
  if (vflag_atom) nnpot::add_shared_virials(neighbors, evaluation, &vatom[0][0]);
  if (cvflag_atom) nnpot::add_centroid_virials(neighbors, evaluation, &cvatom[0][0]);
}
