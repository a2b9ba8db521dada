// The part of PairNNP that is about trust: what a step finds beside energies and forces.

#include "atom.h"
#include "compute_nnp_uncertainty.h"
#include "modify.h"
#include "pair_nnp.h"
#include "update.h"

using namespace LAMMPS_NS;

/* ----------------------------------------------------------------------
   at the start of a step: what is to be found beside energies and forces
------------------------------------------------------------------------- */

void PairNNP::begin_findings()
{
  bool tallies = false;
  tally_has_members = false;
  for (Compute *const each : modify->get_compute_by_style("^nnp/uncertainty$")) {
    const auto *const compute = dynamic_cast<ComputeNNPUncertainty *>(each);
    if (compute == nullptr || !each->matchstep(update->ntimestep)) continue;
    tallies = true;
    if (compute->needs_members()) tally_has_members = n_members() > 1;
  }
  tally_step = tallies ? update->ntimestep : -1;
  if (tallies)
    tally.begin(tally_has_members ? n_members() : 0, atom->nlocal, atom->nlocal + atom->nghost);
  findings.members = tally_has_members ? &members : nullptr;
  findings.extrapolations = tallies || is_watching() ? &extrapolations : nullptr;
  monitor.begin_step();
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
  show_stages();
}

bool PairNNP::has_tally(bool with_members) const
{
  return tally_step == update->ntimestep && (tally_has_members || !with_members);
}

/* ----------------------------------------------------------------------
   what the block says beside energies and forces
------------------------------------------------------------------------- */

void PairNNP::note_findings()
{
  if (findings.extrapolations == nullptr) return;
  if (tally_step >= 0) tally.add(neighbors, extrapolations, members);
  if (is_watching()) note_extrapolations();
}

void PairNNP::note_extrapolations()
{
  monitor.add_block(neighbors, extrapolations);
}
