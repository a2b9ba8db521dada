// The part of PairNNP that is for models with charges: LAMMPS's k-space does what lies in
// reciprocal space, with the splitting parameter and the charges of the model.

#include <cmath>
#include <cstring>

#include "atom.h"
#include "error.h"
#include "force.h"
#include "kspace.h"
#include "pair_nnp.h"

using namespace LAMMPS_NS;

/* ----------------------------------------------------------------------
   of each type; the styles of k-space that may be used say so to LAMMPS
------------------------------------------------------------------------- */

void PairNNP::set_charges(const std::vector<int> &atomic_numbers)
{
  charges.clear();
  ewaldflag = pppmflag = potential->long_range() ? 1 : 0;
  if (!potential->long_range()) return;
  for (const int number : atomic_numbers)
    charges.push_back(number == 0 ? 0.0 : potential->long_range()->charges.at(number));
  coulomb_cutoff = cutoff;
}

void PairNNP::require_kspace() const
{
  if (!atom->q_flag)
    error->all(FLERR,
               "pair_{}: the model has charges; use an atom_style that has them, e.g. 'atom_style "
               "charge'",
               style);
  if (force->kspace == nullptr)
    error->all(FLERR,
               "pair_{}: the model has charges, whose energy in reciprocal space is missing; add "
               "'kspace_style pppm 1e-5' or 'kspace_style ewald 1e-5'",
               style);
  const double alpha = potential->long_range()->alpha;
  if (std::abs(force->kspace->g_ewald - alpha) > 1e-8 * alpha)
    error->all(
        FLERR,
        "pair_{}: the model's charges need the splitting parameter {} 1/Angstrom, k-space has "
        "{}; remove 'kspace_modify gewald'",
        style, alpha, force->kspace->g_ewald);
}

/* ----------------------------------------------------------------------
   charges that are all 0 become those of the model, others must be the same
------------------------------------------------------------------------- */

void PairNNP::hand_over_charges()
{
  int given = 0, any_given = 0;
  for (int i = 0; i < atom->nlocal; i++)
    if (atom->q[i] != 0.0) given = 1;
  MPI_Allreduce(&given, &any_given, 1, MPI_INT, MPI_MAX, world);
  tagint wrong = 0, first_wrong = 0;
  for (int i = 0; i < atom->nlocal; i++) {
    if (!any_given) atom->q[i] = charges[atom->type[i]];
    if (std::abs(atom->q[i] - charges[atom->type[i]]) > 1e-6) wrong = MAX(wrong, atom->tag[i]);
  }
  MPI_Allreduce(&wrong, &first_wrong, 1, MPI_LMP_TAGINT, MPI_MAX, world);
  std::string wanted;
  for (std::size_t type = 1; type < charges.size(); type++)
    wanted += fmt::format("{}{:.6g}", type > 1 ? ", " : "", charges[type]);
  if (first_wrong > 0)
    error->all(
        FLERR,
        "pair_{}: the charge of atom {} differs from the model's for its type; set the charges "
        "of all atoms to 0 ('set group all charge 0') to have those of the model ({} e)",
        style, first_wrong, wanted);
}

/* ----------------------------------------------------------------------
   k-space asks for the cutoff while it is initialised, before the pair style is: the moment to
   give it charges and splitting parameter
------------------------------------------------------------------------- */

void *PairNNP::extract(const char *name, int &dimension)
{
  dimension = 0;
  if (charges.empty() || strcmp(name, "cut_coul") != 0) return nullptr;
  if (atom->q_flag) hand_over_charges();
  if (force->kspace) {
    std::string keyword = "gewald", value = fmt::format("{:.17g}", potential->long_range()->alpha);
    char *words[2] = {keyword.data(), value.data()};
    force->kspace->modify_params(2, words);
  }
  return &coulomb_cutoff;
}
