#include "extrapolation_monitor.h"

#include <cmath>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "extrapolation_frame.h"
#include "nnpot/element.hpp"
#include "update.h"

using namespace LAMMPS_NS;

/* ---------------------------------------------------------------------- */

ExtrapolationMonitor::ExtrapolationMonitor(LAMMPS *host, const std::string &name) :
    Pointers(host), style(name)
{
  reset();
}

void ExtrapolationMonitor::reset()
{
  action = Action::warn;
  tolerance = 0.05;
  every = 1000;
  max_frames = 10;
  file = "extrapolation.extxyz";
  last_step = last_interval = last_frame_interval = -1;
  n_frames = 0;
  outside.clear();
  reset_period();
}

void ExtrapolationMonitor::reset_period()
{
  worst = {0.0, 0, 0, 0, 0, false};
  n_steps = most_atoms = most_step = 0;
}

/* ----------------------------------------------------------------------
   extrapolation ignore|warn|dump|stop  tolerance X  every N  frames N  file NAME
   false where the keyword is none of these
------------------------------------------------------------------------- */

bool ExtrapolationMonitor::set_option(const std::string &keyword, const std::string &value)
{
  if (keyword == "extrapolation")
    set_action(value);
  else if (keyword == "every")
    every = positive(keyword, value);
  else if (keyword == "frames")
    max_frames = positive(keyword, value);
  else if (keyword == "file" && !value.empty())
    file = value;
  else if (keyword == "tolerance") {
    tolerance = utils::is_double(value) ? utils::numeric(FLERR, value, false, lmp) : -1.0;
    if (!(tolerance >= 0.0) || !std::isfinite(tolerance))
      error->all(FLERR, "pair_{}: tolerance must be a number >= 0 (widths of a range), got '{}'",
                 style, value);
  } else
    return false;
  return true;
}

void ExtrapolationMonitor::set_action(const std::string &name)
{
  if (name == "ignore")
    action = Action::ignore;
  else if (name == "warn")
    action = Action::warn;
  else if (name == "dump")
    action = Action::dump;
  else if (name == "stop")
    action = Action::stop;
  else
    error->all(FLERR, "pair_{}: extrapolation must be ignore, warn, dump or stop, got '{}'", style,
               name);
}

int ExtrapolationMonitor::positive(const std::string &keyword, const std::string &value) const
{
  const int number = utils::is_integer(value) ? utils::inumeric(FLERR, value, false, lmp) : 0;
  if (number < 1)
    error->all(FLERR, "pair_{}: {} must be an integer >= 1, got '{}'", style, keyword, value);
  return number;
}

/* ---------------------------------------------------------------------- */

void ExtrapolationMonitor::begin_step()
{
  outside.clear();
}

/* ----------------------------------------------------------------------
   what was found at a center comes together
------------------------------------------------------------------------- */

void ExtrapolationMonitor::add_block(const nnpot::NeighborList &list,
                                     const std::vector<nnpot::Extrapolation> &found)
{
  for (const nnpot::Extrapolation &each : found) {
    const double distance = each.distance();
    if (distance <= tolerance) continue;
    const int i = static_cast<int>(list.center_index[each.center]);
    if (outside.empty() || outside.back().first != i) outside.emplace_back(i, 0.0);
    outside.back().second = MAX(outside.back().second, distance);
    const Worst candidate = {distance,
                             update->ntimestep,
                             atom->tag[i],
                             list.center_atomic_number[each.center],
                             static_cast<int>(each.function),
                             each.above()};
    if (candidate.is_worse_than(worst)) worst = candidate;
  }
}

/* ----------------------------------------------------------------------
   every rank comes here: what is done, all do
------------------------------------------------------------------------- */

void ExtrapolationMonitor::end_step(const nnpot::Potential &potential,
                                    const std::vector<std::string> &elements)
{
  const bigint mine = static_cast<bigint>(outside.size()), step = update->ntimestep;
  bigint n_atoms = mine;
  if (comm->nprocs > 1) MPI_Allreduce(&mine, &n_atoms, 1, MPI_LMP_BIGINT, MPI_SUM, world);
  if (n_atoms > 0) count(n_atoms);
  const bigint interval = step / every;
  if (n_atoms > 0 && action >= Action::dump && n_frames < max_frames &&
      interval != last_frame_interval) {
    write_frame(elements);
    last_frame_interval = interval;
  }
  if (n_atoms > 0 && action == Action::stop) {
    const std::string text = describe(potential);
    error->all(FLERR, "pair_{}: {}; frame written to {}", style, text, file);
  }
  if (n_steps > 0 && interval != last_interval) show(potential);
}

void ExtrapolationMonitor::count(bigint n_atoms)
{
  if (update->ntimestep != last_step) n_steps++;
  last_step = update->ntimestep;
  if (n_atoms <= most_atoms) return;
  most_atoms = n_atoms;
  most_step = last_step;
}

/* ----------------------------------------------------------------------
   what came after the last line, unless its interval has had one
------------------------------------------------------------------------- */

void ExtrapolationMonitor::end_run(const nnpot::Potential &potential)
{
  if (n_steps > 0 && update->ntimestep / every != last_interval) show(potential);
}

void ExtrapolationMonitor::show(const nnpot::Potential &potential)
{
  const std::string text = describe(potential);
  if (comm->me == 0) utils::logmesg(lmp, "pair_{}: {}\n", style, text);
  last_interval = update->ntimestep / every;
  reset_period();
}

std::string ExtrapolationMonitor::describe(const nnpot::Potential &potential) const
{
  const Worst found = worst_of_all();
  const nnpot::SymmetryFunction &function =
      potential.functions(found.atomic_number)[found.function];
  return fmt::format(
      "extrapolation on {} step{}, at most {} of {} atoms (step {}); worst: atom {} ({}) at step "
      "{}, symmetry function {} '{}', {:.3g} widths {} its range",
      n_steps, n_steps > 1 ? "s" : "", most_atoms, atom->natoms, most_step, found.tag,
      nnpot::element_symbol(found.atomic_number), found.step, found.function + 1,
      nnpot::to_text(function), found.distance, found.above ? "above" : "below");
}

/* ----------------------------------------------------------------------
   of all ranks, on all ranks
------------------------------------------------------------------------- */

ExtrapolationMonitor::Worst ExtrapolationMonitor::worst_of_all() const
{
  std::vector<Worst> of_ranks(comm->nprocs);
  MPI_Allgather(&worst, sizeof(Worst), MPI_BYTE, of_ranks.data(), sizeof(Worst), MPI_BYTE, world);
  Worst found = worst;
  for (const Worst &other : of_ranks)
    if (other.is_worse_than(found)) found = other;
  return found;
}

/* ----------------------------------------------------------------------
   atoms that are alike differ by rounding, which depends on the ranks: the first counts
------------------------------------------------------------------------- */

bool ExtrapolationMonitor::Worst::is_worse_than(const Worst &other) const
{
  const double difference = distance - other.distance, rounding = 1e-9 * distance;
  if (std::abs(difference) > rounding) return difference > 0.0;
  return step != other.step ? step < other.step : tag < other.tag;
}

void ExtrapolationMonitor::write_frame(const std::vector<std::string> &elements)
{
  const std::string text = extrapolation_frame(lmp, outside, elements);
  int failed = 0;
  if (comm->me == 0) {
    FILE *const stream = fopen(file.c_str(), n_frames == 0 ? "w" : "a");
    failed = stream == nullptr || fputs(text.c_str(), stream) < 0;
    if (stream && fclose(stream) != 0) failed = 1;
  }
  MPI_Bcast(&failed, 1, MPI_INT, 0, world);
  if (failed) error->all(FLERR, "pair_{}: cannot write the frame to '{}'", style, file);
  n_frames++;
}
