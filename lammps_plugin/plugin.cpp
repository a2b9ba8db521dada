#include "host_version.hpp"
#include "lammps_plugin_abi.h"
#include "library.h"
#include "pair_nnp.h"

using namespace LAMMPS_NS;

static void *create_pair_nnp(void *lmp)
{
  Pair *const pair = new PairNNP(static_cast<LAMMPS *>(lmp));
  return pair;
}

// The version is asked for through LAMMPS's C interface, which does not depend on the layout of any
// class: in a LAMMPS of another release nothing else may be touched.

void lammpsplugin_init(void *lmp, void *handle, void *regfunc)
{
  const nnpot::LammpsBuild host{lammps_version(lmp), lammps_extract_setting(lmp, "tagint")};
  const nnpot::LammpsBuild built{NNPOT_LAMMPS_NUMBER, sizeof(tagint)};
  const std::string reason = nnpot::refusal(host, built);
  if (!reason.empty()) {
    utils::logmesg(static_cast<LAMMPS *>(lmp), "ERROR: " + reason + "\n");
    return;
  }

  lammpsplugin_t plugin;
  plugin.version = NNPOT_LAMMPS_DATE;
  plugin.style = "pair";
  plugin.name = "nnp";
  plugin.info = "Behler-Parrinello neural network potentials";
  plugin.author = "the nnpot developers";
  plugin.creator.v1 = &create_pair_nnp;
  plugin.handle = handle;
  reinterpret_cast<lammpsplugin_regfunc>(regfunc)(&plugin, lmp);
}
