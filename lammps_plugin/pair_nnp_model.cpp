// The part of PairNNP that is about where its models come from: the words of pair_coeff, the files,
// the elements of the atom types.

#include <algorithm>
#include <exception>
#include <filesystem>

#include "atom.h"
#include "broadcast.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "n2p2_commands.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/model_bytes.hpp"
#include "nnpot/model_directory.hpp"
#include "pair_nnp.h"

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

/* ----------------------------------------------------------------------
   pair_coeff * * MODEL_DIR [MODEL_DIR2 ...] El1 El2 ... | NULL
   the last words, as many as there are types, are the elements
------------------------------------------------------------------------- */

void PairNNP::coeff(int narg, char **arg)
{
  refuse_n2p2(narg, arg);
  const int first_element = narg - atom->ntypes;
  std::vector<std::string> directories;
  for (int n = 2; n < first_element; n++) directories.emplace_back(arg[n]);
  int wrong = directories.empty();
  // only the first rank looks at files: others may see other ones, and all must go on or stop
  if (comm->me == 0 && std::any_of(directories.begin(), directories.end(), is_an_element))
    wrong = 1;
  MPI_Bcast(&wrong, 1, MPI_INT, 0, world);
  if (wrong)
    error->all(FLERR,
               "pair_nnp: expected 'pair_coeff * * MODEL_DIR' (several for a committee) and one "
               "element or NULL for each of the {} atom types, got {} words after MODEL_DIR; "
               "correct the pair_coeff line",
               atom->ntypes, MAX(narg - 3, 0));
  set_model(directories, std::vector<std::string>(arg + first_element, arg + narg));
}

/* ----------------------------------------------------------------------
   before n2p2 came into LAMMPS, its pair style had this name and another grammar
------------------------------------------------------------------------- */

void PairNNP::refuse_n2p2(int narg, char **arg) const
{
  const bool only_a_cutoff = narg == 3 && utils::is_double(arg[2]);
  if (n2p2_words.empty() && !only_a_cutoff) return;
  const std::vector<std::string> words(arg + MIN(narg, 2), arg + narg);
  error->all(FLERR,
             "pair_nnp: these are commands of n2p2, from before it came into LAMMPS; write {}",
             nnpot::n2p2_replacement(n2p2_words, words, atom->ntypes));
}

/* ----------------------------------------------------------------------
   an element or NULL for each type
------------------------------------------------------------------------- */

void PairNNP::set_model(const std::vector<std::string> &directories,
                        const std::vector<std::string> &names)
{
  forget_model();
  read_models(directories);
  atomic_numbers = map_types(names, directories.front());
  elements.assign(1, "X");
  for (const std::string &name : names) elements.push_back(name == "NULL" ? "X" : name);
  set_pairs();
  set_charges();
  // last: without it the model does not count, as where an error before was caught by a program
  adapter = std::make_unique<nnpot::NeighborAdapter>(atomic_numbers, cutoff, NEIGHMASK);
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
   the first rank reads, and all get what it has read: on some node there may be no such files, or
   other ones
------------------------------------------------------------------------- */

void PairNNP::read_models(const std::vector<std::string> &directories)
{
  std::string message, bytes;
  if (comm->me == 0) read_on_first_rank(directories, bytes, message);
  broadcast(message, world);
  if (!message.empty()) error->all(FLERR, message);
  broadcast(bytes, world);
  make_potential(bytes, utils::join_words(directories, ", "));

  cutoff = potential->cutoff();
  if (comm->me > 0) return;
  const std::string others =
      directories.size() == 1 ? ""
                              : fmt::format(" and {} more (a committee)", directories.size() - 1);
  utils::logmesg(lmp, "pair_{}: model '{}'{}, cutoff {:.6g} Angstrom\n", style, directories.front(),
                 others, cutoff);
}

/* ----------------------------------------------------------------------
   the models as bytes, or a message that says what is wrong
------------------------------------------------------------------------- */

void PairNNP::read_on_first_rank(const std::vector<std::string> &directories, std::string &bytes,
                                 std::string &message) const
{
  try {
    std::vector<nnpot::Model> models;
    for (const std::string &directory : directories) {
      models.push_back(read_files(directory));
      for (const std::string &line : models.back().warnings)
        error->warning(FLERR, "pair_{}: {}", style, line);
    }
    for (const std::string &line : nnpot::find_equal_members(models, directories))
      error->warning(FLERR, "pair_{}: {}", style, line);
    bytes = nnpot::models_to_bytes(std::move(models));
  } catch (const std::exception &e) {
    message = "pair_" + style + ": " + e.what();
  }
}

/* ----------------------------------------------------------------------
   if it fails on any rank, as where memory is short, all stop
------------------------------------------------------------------------- */

void PairNNP::make_potential(const std::string &bytes, const std::string &names)
{
  std::string message;
  try {
    potential = std::make_unique<nnpot::Potential>(nnpot::models_from_bytes(bytes), precision);
  } catch (const std::exception &e) {
    message = "pair_" + style + ": " + names + ": " + e.what();
  }
  int failed = !message.empty(), n_failed = 0;
  MPI_Allreduce(&failed, &n_failed, 1, MPI_INT, MPI_SUM, world);
  if (n_failed == comm->nprocs) error->all(FLERR, message);
  if (failed) error->one(FLERR, message);
  if (n_failed > 0) MPI_Barrier(world);    // until those that failed have stopped all
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

  std::vector<int> numbers(names.size() + 1, 0);
  for (std::size_t type = 1; type <= names.size(); type++) {
    const std::string &name = names[type - 1];
    if (name == "NULL") continue;
    for (const int number : known)
      if (name == nnpot::element_symbol(number)) numbers[type] = number;
    if (numbers[type] == 0)
      error->all(FLERR,
                 "pair_{}: element '{}' (atom type {}) is not in model '{}' (it has {}); correct "
                 "the pair_coeff line",
                 style, name, type, directory, known_names);
  }
  return numbers;
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
  for (int i = 1; i < n; i++)
    for (int j = 1; j < n; j++)
      setflag[i][j] = alone || (atomic_numbers[i] != 0 && atomic_numbers[j] != 0);
}
