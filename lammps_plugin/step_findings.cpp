#include "step_findings.h"

#include "atom.h"
#include "compute.h"
#include "modify.h"
#include "update.h"

using namespace LAMMPS_NS;

/* ---------------------------------------------------------------------- */

StepFindings::StepFindings(LAMMPS *host) : Pointers(host), tally_step(-1), tally_has_members(false)
{
}

/* ---------------------------------------------------------------------- */

void StepFindings::begin(std::size_t n_members, bool is_watching)
{
  bool tallies = false;
  tally_has_members = false;
  for (Compute *const each : modify->get_compute_by_style("^nnp/uncertainty$")) {
    const auto *const reader = dynamic_cast<TallyReader *>(each);
    if (reader == nullptr || !each->matchstep(update->ntimestep)) continue;
    tallies = true;
    if (reader->needs_members()) tally_has_members = n_members > 1;
  }
  tally_step = tallies ? update->ntimestep : -1;
  if (tallies)
    gathered.begin(tally_has_members ? n_members : 0, atom->nlocal, atom->nlocal + atom->nghost);
  findings.members = tally_has_members ? &members : nullptr;
  findings.extrapolations = tallies || is_watching ? &outside : nullptr;
}

void StepFindings::add_block(const nnpot::NeighborList &neighbors)
{
  if (tally_step >= 0) gathered.add(neighbors, outside, members);
}

bool StepFindings::has_tally(bool with_members) const
{
  return tally_step == update->ntimestep && (tally_has_members || !with_members);
}
