#include "model_loader.h"

#include <exception>

#include "broadcast.h"
#include "comm.h"
#include "error.h"
#include "nnpot/element.hpp"
#include "nnpot/model_bytes.hpp"

using namespace LAMMPS_NS;

/* ---------------------------------------------------------------------- */

ModelLoader::ModelLoader(LAMMPS *host, const std::string &name) : Pointers(host), style(name) {}

/* ---------------------------------------------------------------------- */

std::unique_ptr<nnpot::Potential> ModelLoader::load(const std::vector<std::string> &directories,
                                                    const Reader &reader,
                                                    nnpot::Precision precision)
{
  std::string message, bytes;
  sources.clear();
  for (const std::string &directory : directories) sources.push_back({directory, 0});
  if (comm->me == 0) bytes = read(directories, reader, message);
  broadcast(message, world);
  if (!message.empty()) error->all(FLERR, message);
  broadcast(bytes, world);
  auto potential = make(bytes, utils::join_words(directories, ", "), precision);

  const std::string others =
      directories.size() == 1 ? ""
                              : fmt::format(" and {} more (a committee)", directories.size() - 1);
  if (comm->me == 0)
    utils::logmesg(lmp, "pair_{}: model '{}'{}, cutoff {:.6g} Angstrom\n", style,
                   directories.front(), others, potential->cutoff());
  return potential;
}

/* ----------------------------------------------------------------------
   the models as bytes, or a message that says what is wrong
------------------------------------------------------------------------- */

std::string ModelLoader::read(const std::vector<std::string> &directories, const Reader &reader,
                              std::string &message)
{
  try {
    std::vector<nnpot::Model> models;
    for (const std::string &directory : directories) {
      models.push_back(reader(directory));
      for (const std::string &line : models.back().warnings)
        error->warning(FLERR, "pair_{}: {}", style, line);
      sources[models.size() - 1].hash =
          std::hash<std::string>()(nnpot::models_to_bytes({models.back()}));
    }
    for (const std::string &line : nnpot::find_equal_members(models, directories))
      error->warning(FLERR, "pair_{}: {}", style, line);
    return nnpot::models_to_bytes(std::move(models));
  } catch (const std::exception &e) {
    message = "pair_" + style + ": " + e.what();
    return "";
  }
}

/* ----------------------------------------------------------------------
   if it fails on any rank, as where memory is short, all stop
------------------------------------------------------------------------- */

std::unique_ptr<nnpot::Potential> ModelLoader::make(const std::string &bytes,
                                                    const std::string &names,
                                                    nnpot::Precision precision) const
{
  std::string message;
  std::unique_ptr<nnpot::Potential> potential;
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
  return potential;
}

/* ---------------------------------------------------------------------- */

void ModelLoader::map_types(const std::vector<std::string> &names,
                            const nnpot::Potential &potential)
{
  std::string known_names;
  for (const int number : potential.atomic_numbers())
    known_names += (known_names.empty() ? "" : ", ") + nnpot::element_symbol(number);

  numbers.assign(names.size() + 1, 0);
  for (std::size_t type = 1; type <= names.size(); type++) {
    const std::string &name = names[type - 1];
    if (name == "NULL") continue;
    for (const int number : potential.atomic_numbers())
      if (name == nnpot::element_symbol(number)) numbers[type] = number;
    if (numbers[type] == 0)
      error->all(FLERR,
                 "pair_{}: element '{}' (atom type {}) is not in model '{}' (it has {}); correct "
                 "the pair_coeff line",
                 style, name, type, sources.front().directory, known_names);
  }
}

/* ---------------------------------------------------------------------- */

void ModelLoader::warn_if_shared(const ModelLoader &other) const
{
  if (comm->me > 0) return;
  const std::string directory = shared_directory(other);
  std::string types;
  for (std::size_t type = 1; type < numbers.size(); type++)
    if (numbers[type] != 0 && other.numbers[type] != 0)
      types += fmt::format("{}{}", types.empty() ? "" : ", ", type);
  if (!directory.empty() && !types.empty())
    error->warning(FLERR,
                   "pair_{}: model '{}' is in two parts of the hybrid pair style for the same atom "
                   "types ({}): its energies and forces count twice; leave one of them out",
                   style, directory, types);
}

std::string ModelLoader::shared_directory(const ModelLoader &other) const
{
  for (const Source &own : sources)
    for (const Source &theirs : other.sources)
      if (own.directory == theirs.directory || own.hash == theirs.hash) return own.directory;
  return "";
}
