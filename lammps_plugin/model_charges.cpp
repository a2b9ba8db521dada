#include "model_charges.h"

#include <cmath>

#include "atom.h"
#include "error.h"
#include "force.h"
#include "hybrid_parts.h"
#include "kspace.h"
#include "pair.h"

using namespace LAMMPS_NS;

// e; charges in data files have few digits
static constexpr double TOLERANCE = 1e-6;

/* ---------------------------------------------------------------------- */

ModelCharges::ModelCharges(LAMMPS *host, const std::string &name, const nnpot::LongRange &model,
                           const std::vector<int> &atomic_numbers, double functions_cutoff) :
    Pointers(host), style(name), alpha(model.alpha),
    cutoff(model.with_real_space ? model.real_cutoff : functions_cutoff)
{
  for (const int number : atomic_numbers)
    charges.push_back(number == 0 ? 0.0 : model.charges.at(number));
}

/* ----------------------------------------------------------------------
   a hybrid style has asked its parts before they knew their models
   msm is let through, so that the refusal can say what to take instead
------------------------------------------------------------------------- */

void ModelCharges::announce(Pair *pair, bool charged)
{
  pair->ewaldflag = pair->pppmflag = pair->msmflag = charged ? 1 : 0;
}

/* ----------------------------------------------------------------------
   k-space asks for the cutoff while it is initialised, before the pair style is: the moment to
   give it charges and splitting parameter
------------------------------------------------------------------------- */

void *ModelCharges::hand_over()
{
  if (!atom->q_flag || force->kspace == nullptr) return &cutoff;
  if (force->kspace->msmflag)
    error->all(FLERR,
               "pair_{}: the model's charges need Ewald sums, which kspace_style {} is not; use "
               "'kspace_style pppm 1e-5' or 'kspace_style ewald 1e-5'",
               style, force->kspace_style);

  tagint wrong = fill_in(), last_wrong = 0;
  MPI_Allreduce(&wrong, &last_wrong, 1, MPI_LMP_TAGINT, MPI_MAX, world);
  if (last_wrong > 0) error->all(FLERR, difference(last_wrong));

  std::string keyword = "gewald", value = fmt::format("{:.17g}", alpha);
  char *words[2] = {keyword.data(), value.data()};
  force->kspace->modify_params(2, words);
  return &cutoff;
}

/* ---------------------------------------------------------------------- */

void ModelCharges::require_kspace(Pair *pair) const
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
  std::string other;
  if (counted_twice(pair, other))
    error->all(FLERR,
               "pair_{}: the model has charges, and beside it pair style {} would count Coulomb "
               "energies twice; keep one of them",
               style, other);
  if (std::abs(force->kspace->g_ewald - alpha) > 1e-8 * alpha)
    error->all(FLERR,
               "pair_{}: the model's charges need the splitting parameter {} 1/Angstrom, but "
               "kspace_style {} takes {}; use pppm or ewald",
               style, alpha, force->kspace_style, force->kspace->g_ewald);
}

/* ----------------------------------------------------------------------
   whether a part of a hybrid style asks k-space for the same energy
------------------------------------------------------------------------- */

bool ModelCharges::counted_twice(Pair *pair, std::string &other) const
{
  for (const std::string word : {"coul", "nnp"})
    for (Pair *const found : pair_styles_with(word, force)) {
      int dimension;
      if (found == pair) continue;
      if (word == "nnp" && found->extract("cut_coul", dimension) == nullptr) continue;
      other = force->pair_match_ptr(found);
      return true;
    }
  return false;
}

/* ---------------------------------------------------------------------- */

void ModelCharges::hand_over_to_atoms()
{
  const tagint wrong = fill_in();
  if (wrong > 0) error->one(FLERR, difference(wrong));
}

/* ----------------------------------------------------------------------
   charges of 0 become those of the model; the ID of an atom with any other, or 0
------------------------------------------------------------------------- */

tagint ModelCharges::fill_in()
{
  tagint wrong = 0;
  for (int i = 0; i < atom->nlocal; i++) {
    const double charge = charges[atom->type[i]];
    if (atom->q[i] == 0.0) atom->q[i] = charge;
    if (std::abs(atom->q[i] - charge) > TOLERANCE) wrong = MAX(wrong, atom->tag[i]);
  }
  return wrong;
}

std::string ModelCharges::difference(tagint id) const
{
  std::string wanted;
  for (std::size_t type = 1; type < charges.size(); type++)
    wanted += fmt::format("{}{:.6g}", type > 1 ? ", " : "", charges[type]);
  return fmt::format("pair_{}: the charge of atom {} differs from the model's for its type; set "
                     "the charges of all atoms to 0 ('set group all charge 0') to have those of "
                     "the model ({} e)",
                     style, id, wanted);
}
