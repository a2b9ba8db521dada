#include "compute_nnp_uncertainty.h"

#include <algorithm>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "hybrid_parts.h"
#include "memory.h"
#include "nnpot/uncertainty.hpp"
#include "pair_nnp.h"
#include "update.h"

using namespace LAMMPS_NS;

/* ---------------------------------------------------------------------- */

ComputeNNPUncertainty::ComputeNNPUncertainty(LAMMPS *host, int narg, char **arg) :
    Compute(host, narg, arg), pair(nullptr), nmax(0)
{
  for (int n = 3; n < narg; n++) quantities.push_back(quantity(host, arg[n]));
  if (quantities.empty())
    quantities = {Quantity::force_spread, Quantity::energy_spread, Quantity::grade};

  peratom_flag = 1;
  size_peratom_cols = quantities.size() == 1 ? 0 : static_cast<int>(quantities.size());
  vector_flag = 1;
  size_vector = static_cast<int>(2 * quantities.size());
  extvector = 0;
  scalar_flag = has(Quantity::energy_spread);
  extscalar = 0;
  timeflag = 1;
  vector = new double[size_vector];
}

ComputeNNPUncertainty::~ComputeNNPUncertainty()
{
  delete[] vector;
  memory->destroy(vector_atom);
  memory->destroy(array_atom);
}

ComputeNNPUncertainty::Quantity ComputeNNPUncertainty::quantity(LAMMPS *host,
                                                                const std::string &name)
{
  if (name == "force_spread") return Quantity::force_spread;
  if (name == "energy_spread") return Quantity::energy_spread;
  if (name != "grade")
    host->error->all(FLERR,
                     "compute nnp/uncertainty: expected force_spread, energy_spread or grade, got "
                     "'{}'",
                     name);
  return Quantity::grade;
}

bool ComputeNNPUncertainty::has(Quantity wanted) const
{
  return std::find(quantities.begin(), quantities.end(), wanted) != quantities.end();
}

bool ComputeNNPUncertainty::needs_members() const
{
  return has(Quantity::force_spread) || has(Quantity::energy_spread);
}

/* ----------------------------------------------------------------------
   the only pair style of this plugin, alone or in a hybrid style
------------------------------------------------------------------------- */

PairNNP *ComputeNNPUncertainty::find_pair() const
{
  std::vector<PairNNP *> found;
  for (Pair *const match : pair_styles_with("nnp", force))
    if (auto *const own = dynamic_cast<PairNNP *>(match)) found.push_back(own);
  if (found.size() != 1)
    error->all(FLERR,
               "compute nnp/uncertainty: expected one pair_style nnp (or hdnnp), alone or in a "
               "hybrid style, found {}",
               found.empty() ? "none" : "several");
  return found.front();
}

void ComputeNNPUncertainty::init()
{
  pair = find_pair();
  const std::size_t n_members = pair->n_members();
  if (needs_members() && n_members < 2)
    error->all(FLERR,
               "compute nnp/uncertainty: spreads need a committee, pair_coeff names one model "
               "directory; name several, or ask for the grade alone: 'compute {} ... "
               "nnp/uncertainty grade'",
               id);
  comm_reverse = needs_members() ? static_cast<int>(3 * n_members) : 0;
}

void ComputeNNPUncertainty::require_tally() const
{
  if (pair->step_findings().has_tally(needs_members())) return;
  error->all(FLERR,
             "compute nnp/uncertainty: compute {} was not announced for step {}, so the pair style "
             "gathered nothing; use it in a dump, fix or thermo output of the run",
             id, update->ntimestep);
}

/* ----------------------------------------------------------------------
   by LAMMPS's local index, of the own atoms
------------------------------------------------------------------------- */

std::vector<double> ComputeNNPUncertainty::column(Quantity wanted) const
{
  const auto n = static_cast<std::size_t>(atom->nlocal);
  if (wanted == Quantity::grade) return pair->step_findings().tally().grades();
  std::vector<double> values = wanted == Quantity::force_spread
                                   ? nnpot::spreads(pair->step_findings().tally().forces(), 3, n)
                                   : nnpot::spreads(pair->step_findings().tally().energies(), 1, n);
  for (double &each : values) each /= pair->energy_unit();
  return values;
}

void ComputeNNPUncertainty::make_room()
{
  if (atom->nmax <= nmax) return;
  nmax = atom->nmax;
  memory->destroy(vector_atom);
  memory->destroy(array_atom);
  if (size_peratom_cols == 0)
    memory->create(vector_atom, nmax, "nnp/uncertainty:vector_atom");
  else
    memory->create(array_atom, nmax, size_peratom_cols, "nnp/uncertainty:array_atom");
}

void ComputeNNPUncertainty::compute_peratom()
{
  invoked_peratom = update->ntimestep;
  require_tally();
  send_ghost_forces_home();
  make_room();
  for (std::size_t q = 0; q < quantities.size(); q++) {
    const std::vector<double> values = column(quantities[q]);
    for (int i = 0; i < atom->nlocal; i++) {
      const double own = atom->mask[i] & groupbit ? values[i] : 0.0;
      if (size_peratom_cols == 0)
        vector_atom[i] = own;
      else
        array_atom[i][q] = own;
    }
  }
}

/* ----------------------------------------------------------------------
   once a step, whichever compute comes first
------------------------------------------------------------------------- */

void ComputeNNPUncertainty::send_ghost_forces_home()
{
  if (!has(Quantity::force_spread) || pair->step_findings().tally().forces_are_whole) return;
  comm->reverse_comm(this);
  pair->step_findings().tally().forces_are_whole = true;
}

double ComputeNNPUncertainty::value(int i, std::size_t q) const
{
  return size_peratom_cols == 0 ? vector_atom[i] : array_atom[i][q];
}

/* ----------------------------------------------------------------------
   maximum and mean over the group, of each column
------------------------------------------------------------------------- */

void ComputeNNPUncertainty::compute_vector()
{
  invoked_vector = update->ntimestep;
  if (invoked_peratom != update->ntimestep) compute_peratom();
  const std::size_t n = quantities.size();
  std::vector<double> largest(n, 0.0), sums(n + 1, 0.0), all_largest(n), all_sums(n + 1);
  for (int i = 0; i < atom->nlocal; i++) {
    if (!(atom->mask[i] & groupbit)) continue;
    sums[n] += 1.0;
    for (std::size_t q = 0; q < n; q++) {
      largest[q] = std::max(largest[q], value(i, q));
      sums[q] += value(i, q);
    }
  }
  const int count = static_cast<int>(n);
  MPI_Allreduce(largest.data(), all_largest.data(), count, MPI_DOUBLE, MPI_MAX, world);
  MPI_Allreduce(sums.data(), all_sums.data(), count + 1, MPI_DOUBLE, MPI_SUM, world);
  for (std::size_t q = 0; q < n; q++) {
    vector[2 * q] = all_largest[q];
    vector[2 * q + 1] = all_sums[n] > 0.0 ? all_sums[q] / all_sums[n] : 0.0;
  }
}

/* ----------------------------------------------------------------------
   spread of the total energy of all atoms, whatever the group
------------------------------------------------------------------------- */

double ComputeNNPUncertainty::compute_scalar()
{
  invoked_scalar = update->ntimestep;
  require_tally();
  const std::size_t n = pair->n_members();
  std::vector<double> mine(n, 0.0), all(n);
  for (std::size_t m = 0; m < n; m++)
    for (const double energy : pair->step_findings().tally().energies()[m]) mine[m] += energy;
  MPI_Allreduce(mine.data(), all.data(), static_cast<int>(n), MPI_DOUBLE, MPI_SUM, world);
  std::vector<std::vector<double>> totals;
  for (const double energy : all) totals.push_back({energy});
  scalar = nnpot::spreads(totals, 1, 1).front() / pair->energy_unit();
  return scalar;
}

/* ----------------------------------------------------------------------
   what the members say of ghosts goes home
------------------------------------------------------------------------- */

int ComputeNNPUncertainty::pack_reverse_comm(int n, int first, double *buf)
{
  int m = 0;
  for (int i = first; i < first + n; i++)
    for (const std::vector<double> &member : pair->step_findings().tally().forces())
      for (int k = 0; k < 3; k++) buf[m++] = member[static_cast<std::size_t>(i) * 3 + k];
  return m;
}

void ComputeNNPUncertainty::unpack_reverse_comm(int n, int *indices, double *buf)
{
  int m = 0;
  for (int i = 0; i < n; i++)
    for (std::vector<double> &member : pair->step_findings().tally().forces())
      for (int k = 0; k < 3; k++) member[static_cast<std::size_t>(indices[i]) * 3 + k] += buf[m++];
}

double ComputeNNPUncertainty::memory_usage()
{
  return static_cast<double>(nmax) * static_cast<double>(quantities.size()) * sizeof(double);
}
