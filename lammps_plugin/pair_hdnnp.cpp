#include "pair_hdnnp.h"

#include <numeric>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "nnpot/element.hpp"
#include "nnpot/model_directory.hpp"
#include "nnpot/units.hpp"
#include "update.h"

using namespace LAMMPS_NS;

/* ---------------------------------------------------------------------- */

PairHDNNP::PairHDNNP(LAMMPS *host) : PairNNP(host, "hdnnp")
{
  reset();
}

/* ----------------------------------------------------------------------
   the defaults of ML-HDNNP
------------------------------------------------------------------------- */

void PairHDNNP::reset()
{
  given_cutoff = 0.0;
  directory = "hdnnp/";
  showew = true;
  resetew = false;
  showewsum = maxew = 0;
  cflength = cfenergy = 1.0;
  n_step = n_total = n_summary = 0;
  lines.clear();
}

/* ----------------------------------------------------------------------
   pair_style hdnnp CUTOFF keyword value ...
------------------------------------------------------------------------- */

void PairHDNNP::settings(int narg, char **arg)
{
  reset();
  forget_model();
  read_host_units();
  if (narg == 0 || !utils::is_double(arg[0]))
    error->all(FLERR,
               "pair_hdnnp: expected 'pair_style hdnnp CUTOFF keyword value ...', got '{}' in "
               "place of CUTOFF",
               narg == 0 ? "" : arg[0]);
  if (narg % 2 == 0)
    error->all(FLERR, "pair_hdnnp: keyword '{}' has no value; correct the pair_style line",
               arg[narg - 1]);
  given_cutoff = utils::numeric(FLERR, arg[0], false, lmp);
  for (int i = 1; i < narg; i += 2) set_option(arg[i], arg[i + 1]);
}

void PairHDNNP::set_option(const std::string &keyword, const std::string &value)
{
  if (keyword == "dir")
    directory = value;
  else if (keyword == "showew")
    showew = yes_or_no(keyword, value);
  else if (keyword == "resetew")
    resetew = yes_or_no(keyword, value);
  else if (keyword == "showewsum")
    showewsum = integer(keyword, value);
  else if (keyword == "maxew")
    maxew = integer(keyword, value);
  else if (keyword == "cflength")
    cflength = factor(keyword, value);
  else if (keyword == "cfenergy")
    cfenergy = factor(keyword, value);
  else if (keyword == "emap")
    error->all(FLERR,
               "pair_hdnnp: emap is of n2p2 before it came into LAMMPS; leave it out and name the "
               "elements of the atom types in 'pair_coeff * * El1 El2 ...'");
  else
    error->all(FLERR,
               "pair_hdnnp: unknown keyword '{}'; expected dir, showew, showewsum, resetew, maxew, "
               "cflength or cfenergy",
               keyword);
}

bool PairHDNNP::yes_or_no(const std::string &keyword, const std::string &value)
{
  if (value != "yes" && value != "no")
    error->all(FLERR, "pair_hdnnp: {} must be yes or no, got '{}'", keyword, value);
  return value == "yes";
}

int PairHDNNP::integer(const std::string &keyword, const std::string &value)
{
  if (!utils::is_integer(value))
    error->all(FLERR, "pair_hdnnp: {} must be an integer, got '{}'", keyword, value);
  return utils::inumeric(FLERR, value, false, lmp);
}

double PairHDNNP::factor(const std::string &keyword, const std::string &value)
{
  const double number = utils::is_double(value) ? utils::numeric(FLERR, value, false, lmp) : 0.0;
  if (!(number > 0.0))
    error->all(FLERR, "pair_hdnnp: {} must be a number > 0, got '{}'", keyword, value);
  return number;
}

/* ----------------------------------------------------------------------
   pair_coeff * * El1 El2 ... | NULL
------------------------------------------------------------------------- */

void PairHDNNP::coeff(int narg, char **arg)
{
  if (narg != 2 + atom->ntypes)
    error->all(FLERR,
               "pair_hdnnp: expected 'pair_coeff * *' and one element or NULL for each of the {} "
               "atom types, got {} words; correct the pair_coeff line",
               atom->ntypes, MAX(narg - 2, 0));
  set_model({directory}, std::vector<std::string>(arg + 2, arg + narg));
  if (given_cutoff >= cutoff) return;
  forget_model();
  error->all(FLERR,
             "pair_hdnnp: the cutoff must be at least {:.10g} Angstrom, that of model '{}', got "
             "{:.10g}; correct the pair_style line",
             cutoff, directory, given_cutoff);
}

nnpot::Model PairHDNNP::read_files(const std::string &path) const
{
  const std::string name = fmt::format("cflength {} cfenergy {}", cflength, cfenergy);
  return nnpot::read_model(path, {name, "", "", host_energy / cfenergy, 1.0 / cflength});
}

/* ----------------------------------------------------------------------
   after the last block: what the step is worth saying
------------------------------------------------------------------------- */

void PairHDNNP::end_findings()
{
  if (showew) show_warnings();
  n_summary += n_step;
  if (showewsum > 0 && update->ntimestep % showewsum == 0) show_summary();
  n_total = n_step + (resetew ? 0 : n_total);
  if (maxew >= 0 && n_total > maxew)
    error->one(FLERR,
               "pair_hdnnp: Too many extrapolation warnings: {} on MPI rank {} at step {}, maxew "
               "is {}; the training data do not cover this structure",
               n_total, comm->me, update->ntimestep, maxew);
  n_step = 0;
  lines.clear();
}

bool PairHDNNP::is_watching() const
{
  return showew || showewsum > 0 || maxew >= 0;
}

void PairHDNNP::note_extrapolations()
{
  n_step += static_cast<bigint>(findings.extrapolations().size());
  if (!showew) return;
  for (const nnpot::Extrapolation &found : findings.extrapolations()) describe(found);
}

/* ----------------------------------------------------------------------
   the line of n2p2, which scripts look for
------------------------------------------------------------------------- */

void PairHDNNP::describe(const nnpot::Extrapolation &found)
{
  lines += fmt::format(
      "### NNP EXTRAPOLATION WARNING ### STRUCTURE: {:6} ATOM: {:9} ELEMENT: {:>2} SYMFUNC: {:4} "
      "TYPE: {:2} VALUE: {:10.3E} MIN: {:10.3E} MAX: {:10.3E}\n",
      comm->me, atom->tag[neighbors.center_index[found.center]],
      nnpot::element_symbol(neighbors.center_atomic_number[found.center]), found.function + 1,
      found.type, found.value, found.min, found.max);
}

/* ----------------------------------------------------------------------
   the warnings of all ranks, written by the first
------------------------------------------------------------------------- */

void PairHDNNP::show_warnings()
{
  const int size = static_cast<int>(lines.size());
  std::vector<int> sizes(comm->nprocs, 0), starts(comm->nprocs + 1, 0);
  MPI_Gather(&size, 1, MPI_INT, sizes.data(), 1, MPI_INT, 0, world);
  std::partial_sum(sizes.begin(), sizes.end(), starts.begin() + 1);
  std::string all(starts.back(), ' ');
  MPI_Gatherv(lines.data(), size, MPI_CHAR, all.data(), sizes.data(), starts.data(), MPI_CHAR, 0,
              world);
  if (comm->me == 0 && !all.empty()) utils::logmesg(lmp, all);
}

void PairHDNNP::show_summary()
{
  bigint n_all = 0;
  MPI_Reduce(&n_summary, &n_all, 1, MPI_LMP_BIGINT, MPI_SUM, 0, world);
  if (comm->me == 0)
    utils::logmesg(lmp, "### NNP EW SUMMARY ### TS: {:10} EW {:10} EWPERSTEP {:10.3e}\n",
                   update->ntimestep, n_all, static_cast<double>(n_all) / showewsum);
  n_summary = 0;
}
