#include <array>
#include <string>

#include "compute_nnp_uncertainty.h"
#include "lammps_plugin_abi.h"
#include "library.h"
#include "pair_hdnnp.h"
#include "pair_nnp.h"

using namespace LAMMPS_NS;

template <typename Style> static void *create(void *lmp)
{
  Pair *const pair = new Style(static_cast<LAMMPS *>(lmp));
  return pair;
}

static void *create_uncertainty(void *lmp, int narg, char **arg)
{
  Compute *const compute = new ComputeNNPUncertainty(static_cast<LAMMPS *>(lmp), narg, arg);
  return compute;
}

// Is there a style of that name that no plugin brought?

static bool is_built_in(void *lmp, const std::string &style)
{
  if (!lammps_has_style(lmp, "pair", style.c_str())) return false;
  std::array<char, 64> kind{}, name{};
  for (int i = 0; i < lammps_plugin_count(); i++) {
    lammps_plugin_name(i, kind.data(), name.data(), static_cast<int>(name.size()));
    if (kind.data() == std::string("pair") && name.data() == style) return false;
  }
  return true;
}

void nnpot_register_styles(void *lmp, void *handle, void *regfunc)
{
  const auto add = [lmp, handle, regfunc](const char *name, const char *info,
                                          lammpsplugin_factory1 *create_style) {
    lammpsplugin_t plugin{NNPOT_LAMMPS_DATE,      "pair", name,  info,
                          "the nnpot developers", {},     handle};
    plugin.creator.v1 = create_style;
    reinterpret_cast<lammpsplugin_regfunc>(regfunc)(&plugin, lmp);
  };
  add("nnp", "Behler-Parrinello neural network potentials", &create<PairNNP>);
  if (is_built_in(lmp, "hdnnp"))
    utils::logmesg(static_cast<LAMMPS *>(lmp),
                   "pair_hdnnp: this LAMMPS has its own pair_style hdnnp, which is kept; "
                   "nnpot's engine is pair_style nnp\n");
  else
    add("hdnnp", "the same, with the commands of LAMMPS's package ML-HDNNP", &create<PairHDNNP>);

  lammpsplugin_t compute{NNPOT_LAMMPS_DATE,
                         "compute",
                         "nnp/uncertainty",
                         "how far the atoms of pair_style nnp can be trusted",
                         "the nnpot developers",
                         {},
                         handle};
  compute.creator.v2 = &create_uncertainty;
  reinterpret_cast<lammpsplugin_regfunc>(regfunc)(&compute, lmp);
}
