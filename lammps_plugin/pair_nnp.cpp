#include "pair_nnp.h"

#include <algorithm>
#include <exception>
#include <filesystem>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "nnpot/atomic_virials.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/model_directory.hpp"
#include "nnpot/stage_timer.hpp"
#include "nnpot/units.hpp"
#include "update.h"

using namespace LAMMPS_NS;

// centers that go through the engine at once: memory does not grow with the number of atoms
static constexpr int BLOCK_SIZE = 64;

/* ---------------------------------------------------------------------- */

PairNNP::PairNNP(LAMMPS *host, const char *name) :
    Pair(host), style(name), host_energy(1.0), cutoff(0.0), precision(nnpot::Precision::full),
    is_set_up(false), monitor(host, name), tally_step(-1), tally_has_members(false),
    coulomb_list(nullptr)
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
  model_units = "";
  precision = nnpot::Precision::full;
  monitor.reset();
  for (int n = 0; n < narg; n += 2) set_option(arg[n], n + 1 < narg ? arg[n + 1] : "");
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

/* ----------------------------------------------------------------------
   pair_coeff * * MODEL_DIR [MODEL_DIR2 ...] El1 El2 ... | NULL
   the last words, as many as there are types, are the elements
------------------------------------------------------------------------- */

void PairNNP::coeff(int narg, char **arg)
{
  const int first_element = narg - atom->ntypes;
  std::vector<std::string> directories;
  for (int n = 2; n < first_element; n++) directories.emplace_back(arg[n]);
  if (directories.empty() || std::any_of(directories.begin(), directories.end(), is_an_element))
    error->all(FLERR,
               "pair_nnp: expected 'pair_coeff * * MODEL_DIR' (several for a committee) and one "
               "element or NULL for each of the {} atom types, got {} words after MODEL_DIR; "
               "correct the pair_coeff line",
               atom->ntypes, MAX(narg - 3, 0));
  set_model(directories, std::vector<std::string>(arg + first_element, arg + narg));
}

/* ----------------------------------------------------------------------
   an element or NULL for each type
------------------------------------------------------------------------- */

void PairNNP::set_model(const std::vector<std::string> &directories,
                        const std::vector<std::string> &names)
{
  read_models(directories);
  const std::vector<int> atomic_numbers = map_types(names, directories.front());
  elements.assign(1, "X");
  for (const std::string &name : names) elements.push_back(name == "NULL" ? "X" : name);
  adapter = std::make_unique<nnpot::NeighborAdapter>(atomic_numbers, cutoff, NEIGHMASK);
  set_pairs(atomic_numbers);
  set_charges(atomic_numbers);
}

nnpot::Model PairNNP::read_files(const std::string &directory) const
{
  return nnpot::read_model(directory, model_units);
}

/* ----------------------------------------------------------------------
   every rank reads the files; if any rank fails, all stop
------------------------------------------------------------------------- */

void PairNNP::read_models(const std::vector<std::string> &directories)
{
  std::string message;
  try {
    std::vector<nnpot::Model> models;
    for (const std::string &directory : directories) {
      models.push_back(read_files(directory));
      if (comm->me > 0) continue;
      for (const std::string &line : models.back().warnings)
        error->warning(FLERR, "pair_{}: {}", style, line);
    }
    potential = std::make_unique<nnpot::Potential>(models, precision);
  } catch (const std::exception &e) {
    message = "pair_" + style + ": " + e.what();
  }

  int failed = !message.empty(), n_failed = 0;
  MPI_Allreduce(&failed, &n_failed, 1, MPI_INT, MPI_SUM, world);
  if (n_failed == comm->nprocs) error->all(FLERR, message);
  if (failed) error->one(FLERR, message);

  cutoff = potential->cutoff();
  if (comm->me > 0) return;
  const std::string others =
      directories.size() == 1 ? ""
                              : fmt::format(" and {} more (a committee)", directories.size() - 1);
  utils::logmesg(lmp, "pair_{}: model '{}'{}, cutoff {:.6g} Angstrom\n", style, directories.front(),
                 others, cutoff);
}

/* ----------------------------------------------------------------------
   atomic number of each type (from 1), 0 for NULL
------------------------------------------------------------------------- */

std::vector<int> PairNNP::map_types(const std::vector<std::string> &names,
                                    const std::string &directory)
{
  const std::vector<int> &known = potential->atomic_numbers();
  std::string known_names;
  for (const int number : known)
    known_names += (known_names.empty() ? "" : ", ") + nnpot::element_symbol(number);

  std::vector<int> atomic_numbers(names.size() + 1, 0);
  for (std::size_t type = 1; type <= names.size(); type++) {
    const std::string &name = names[type - 1];
    if (name == "NULL") continue;
    for (const int number : known)
      if (name == nnpot::element_symbol(number)) atomic_numbers[type] = number;
    if (atomic_numbers[type] == 0)
      error->all(FLERR,
                 "pair_{}: element '{}' (atom type {}) is not in model '{}' (it has {}); correct "
                 "the pair_coeff line",
                 style, name, type, directory, known_names);
  }
  return atomic_numbers;
}

/* ----------------------------------------------------------------------
   in a hybrid style, pairs with a NULL type are left to the other styles;
   alone, NULL atoms simply feel nothing
------------------------------------------------------------------------- */

void PairNNP::set_pairs(const std::vector<int> &atomic_numbers)
{
  const int n = atom->ntypes + 1;
  if (!allocated) {
    memory->create(setflag, n, n, "pair:setflag");
    memory->create(cutsq, n, n, "pair:cutsq");
    allocated = 1;
  }
  const bool alone = force->pair == this;
  for (int i = 1; i < n; i++)
    for (int j = 1; j < n; j++)
      setflag[i][j] = alone || (atomic_numbers[i] != 0 && atomic_numbers[j] != 0);
}

/* ---------------------------------------------------------------------- */

void PairNNP::init_style()
{
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
}

/* ---------------------------------------------------------------------- */

double PairNNP::init_one(int, int)
{
  return cutoff;
}

/* ---------------------------------------------------------------------- */

void PairNNP::compute(int eflag, int vflag)
{
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
