#include "extrapolation_frame.h"

#include <algorithm>

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "lammps.h"
#include "update.h"

using namespace LAMMPS_NS;

namespace {

struct Row {
  tagint tag;
  int type;
  double x, y, z;    // from the lower corner of the box
  double grade;
};

}    // namespace

static std::vector<Row> own_rows(LAMMPS *lmp, const std::vector<std::pair<int, double>> &outside)
{
  const Atom *const atom = lmp->atom;
  const double *const low = lmp->domain->boxlo;
  std::vector<Row> rows;
  for (int i = 0; i < atom->nlocal; i++) {
    const double *const x = atom->x[i];
    rows.push_back({atom->tag[i], atom->type[i], x[0] - low[0], x[1] - low[1], x[2] - low[2], 0.0});
  }
  for (const auto &[i, distance] : outside) rows[i].grade = distance;
  return rows;
}

// Of all ranks, on rank 0, by ID: the file does not depend on the number of ranks.

static std::vector<Row> all_rows(LAMMPS *lmp, const std::vector<Row> &own)
{
  const int n_ranks = lmp->comm->nprocs;
  const int size = static_cast<int>(own.size() * sizeof(Row));
  std::vector<int> sizes(n_ranks, 0), starts(n_ranks + 1, 0);
  MPI_Gather(&size, 1, MPI_INT, sizes.data(), 1, MPI_INT, 0, lmp->world);
  for (int rank = 0; rank < n_ranks; rank++) starts[rank + 1] = starts[rank] + sizes[rank];
  std::vector<Row> rows(starts[n_ranks] / sizeof(Row));
  MPI_Gatherv(own.data(), size, MPI_BYTE, rows.data(), sizes.data(), starts.data(), MPI_BYTE, 0,
              lmp->world);
  std::sort(rows.begin(), rows.end(), [](const Row &a, const Row &b) { return a.tag < b.tag; });
  return rows;
}

static std::string header(LAMMPS *lmp, std::size_t n_atoms)
{
  const Domain &box = *lmp->domain;
  const bool tilted = box.triclinic != 0;
  const auto letter = [](int periodic) { return periodic ? 'T' : 'F'; };
  return fmt::format("{}\nLattice=\"{} 0 0 {} {} 0 {} {} {}\" "
                     "Properties=species:S:1:pos:R:3:id:I:1:type:I:1:grade:R:1 step={} "
                     "pbc=\"{} {} {}\"\n",
                     n_atoms, box.xprd, tilted ? box.xy : 0.0, box.yprd, tilted ? box.xz : 0.0,
                     tilted ? box.yz : 0.0, box.zprd, lmp->update->ntimestep, letter(box.xperiodic),
                     letter(box.yperiodic), letter(box.zperiodic));
}

std::string LAMMPS_NS::extrapolation_frame(LAMMPS *lmp,
                                           const std::vector<std::pair<int, double>> &outside,
                                           const std::vector<std::string> &elements)
{
  const std::vector<Row> rows = all_rows(lmp, own_rows(lmp, outside));
  if (lmp->comm->me != 0) return "";
  std::string text = header(lmp, rows.size());
  for (const Row &row : rows)
    text += fmt::format("{} {} {} {} {} {} {}\n", elements[row.type], row.x, row.y, row.z, row.tag,
                        row.type, row.grade);
  return text;
}
