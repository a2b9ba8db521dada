#include "pair_nnp.h"

#include <cstring>
#include <set>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "hybrid_parts.h"
#include "memory.h"
#include "n2p2_commands.hpp"
#include "neigh_list.h"
#include "neighbor.h"
#include "nnpot/atomic_virials.hpp"
#include "nnpot/error.hpp"
#include "nnpot/model_directory.hpp"
#include "nnpot/stage_timer.hpp"
#include "nnpot/units.hpp"
#include "pair_coeff_words.h"
#include "stage_report.h"
#include "surroundings.h"
#include "update.h"

using namespace LAMMPS_NS;

// centers that go through the engine at once: memory does not grow with the number of atoms
static constexpr int BLOCK_SIZE = 64;

/* ---------------------------------------------------------------------- */

PairNNP::PairNNP(LAMMPS *host, const char *name) :
    Pair(host), style(name), host_energy(1.0), cutoff(0.0), findings(host),
    precision(nnpot::Precision::full), is_initialised(false), is_set_up(false), masses(host, name),
    monitor(host, name), models(host, name)
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

/* ---------------------------------------------------------------------- */

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

void PairNNP::coeff(int narg, char **arg)
{
  const std::vector<std::string> words(arg, arg + narg);
  refuse_n2p2(words);
  const PairCoeffWords found = read_pair_coeff(lmp, words);
  set_model(found.directories, found.elements);
}

/* ----------------------------------------------------------------------
   before n2p2 came into LAMMPS, its pair style had this name and another grammar
------------------------------------------------------------------------- */

void PairNNP::refuse_n2p2(const std::vector<std::string> &words) const
{
  const bool only_a_cutoff = words.size() == 3 && utils::is_double(words[2]);
  if (n2p2_words.empty() && !only_a_cutoff) return;
  const auto first = words.begin() + MIN(2, static_cast<int>(words.size()));
  error->all(FLERR,
             "pair_nnp: these are commands of n2p2, from before it came into LAMMPS; write {}",
             nnpot::n2p2_replacement(n2p2_words, {first, words.end()}, atom->ntypes));
}

/* ---------------------------------------------------------------------- */

void PairNNP::set_model(const std::vector<std::string> &directories,
                        const std::vector<std::string> &names)
{
  forget_model();
  potential = models.load(
      directories, [this](const std::string &directory) { return read_files(directory); },
      precision);
  cutoff = potential->cutoff();
  models.map_types(names, *potential);
  elements.assign(1, "X");
  for (const std::string &name : names) elements.push_back(name == "NULL" ? "X" : name);
  set_pairs();
  set_charges();
  // last: without it the model does not count, as where an error before was caught by a program
  adapter = std::make_unique<nnpot::NeighborAdapter>(models.atomic_numbers(), cutoff, NEIGHMASK);
}

/* ----------------------------------------------------------------------
   of another pair_style or pair_coeff command: what it says does not count for a model that was
   read before
------------------------------------------------------------------------- */

void PairNNP::forget_model()
{
  is_initialised = false;
  potential.reset();
  adapter.reset();
  charges.reset();
  coulomb.reset();
}

nnpot::Model PairNNP::read_files(const std::string &directory) const
{
  return nnpot::read_model(directory, model_units);
}

/* ----------------------------------------------------------------------
   in a hybrid style, pairs with a NULL type are left to the other styles;
   alone, NULL atoms simply feel nothing
------------------------------------------------------------------------- */

void PairNNP::set_pairs()
{
  const int n = atom->ntypes + 1;
  if (!allocated) {
    memory->create(setflag, n, n, "pair:setflag");
    memory->create(cutsq, n, n, "pair:cutsq");
    allocated = 1;
  }
  const bool alone = force->pair == this;
  const std::vector<int> &known = models.atomic_numbers();
  for (int i = 1; i < n; i++)
    for (int j = 1; j < n; j++) setflag[i][j] = alone || (known[i] != 0 && known[j] != 0);
}

/* ----------------------------------------------------------------------
   k-space asks the pair style, or the hybrid style that it is part of
------------------------------------------------------------------------- */

void PairNNP::set_charges()
{
  charges.reset();
  coulomb.reset();
  const auto &model = potential->long_range();
  if (model)
    charges = std::make_unique<ModelCharges>(lmp, style, *model, models.atomic_numbers(), cutoff);
  if (model && model->with_real_space)
    coulomb = std::make_unique<CoulombPairs>(lmp, style, *model, charges->of_types(), host_energy);
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

/* ---------------------------------------------------------------------- */

void PairNNP::init_style()
{
  require_model();
  masses.check(models.atomic_numbers(), potential->atomic_numbers());
  if (charges) charges->require_kspace(this);
  require_whole_environments(lmp, style);
  if (!is_initialised) warn_of_twice();
  neighbor->add_request(this, NeighConst::REQ_FULL);
  if (coulomb) coulomb->request_list(this);
  is_initialised = true;
}

void PairNNP::init_list(int id, NeighList *requested)
{
  if (coulomb && id == CoulombPairs::LIST)
    coulomb->take_list(requested);
  else
    list = requested;
}

/* ----------------------------------------------------------------------
   a model that another part of hybrid/overlay has, too, for atoms of the same type
------------------------------------------------------------------------- */

void PairNNP::warn_of_twice() const
{
  if (!utils::strmatch(force->pair_style, "^hybrid/overlay")) return;
  for (Pair *const pair : pair_styles_with("nnp", force)) {
    const auto *const other = dynamic_cast<PairNNP *>(pair);
    if (other && other != this && other->is_initialised) models.warn_if_shared(other->models);
  }
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
  findings.begin(n_members(), is_watching());
  monitor.begin_step();
  for (int first = 0; first < list->inum; first += BLOCK_SIZE) {
    evaluate_block(first, MIN(first + BLOCK_SIZE, list->inum));
    tally_block();
  }
  end_findings();
  if (coulomb) add_coulomb();
  if (!is_set_up) nnpot::stage_seconds().fill(0.0);
  is_set_up = true;
}

#ifdef NNPOT_STAGE_TIMERS
void PairNNP::setup()
{
  is_set_up = false;
}
#endif

void PairNNP::evaluate_block(int first, int last)
{
  std::string message;
  try {
    fill_block(first, last);
    potential->compute(neighbors, evaluation, findings.wanted());
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

/* ---------------------------------------------------------------------- */

void PairNNP::note_findings()
{
  findings.add_block(neighbors);
  if (is_watching()) note_extrapolations();
}

void PairNNP::note_extrapolations()
{
  monitor.add_block(neighbors, findings.extrapolations());
}

bool PairNNP::is_watching() const
{
  return monitor.is_on();
}

void PairNNP::end_findings()
{
  if (monitor.is_on()) monitor.end_step(*potential, elements);
}

void PairNNP::finish()
{
  if (monitor.is_on()) monitor.end_run(*potential);
  show_stages(lmp);
}

/* ---------------------------------------------------------------------- */

void PairNNP::add_coulomb()
{
  if (atom->nlocal + atom->nghost == 0) return;
  nnpot::CoulombTallies tallies{&atom->f[0][0]};
  if (vflag_global) tallies.virial = virial;
  if (eflag_atom) tallies.energies = eatom;
  if (vflag_atom) tallies.virials = &vatom[0][0];
  if (cvflag_atom) tallies.centroid_virials = &cvatom[0][0];
  const double energy = coulomb->add(tallies);
  if (eflag_global) eng_coul += energy;
}
