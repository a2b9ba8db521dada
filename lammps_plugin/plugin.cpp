#include <mpi.h>

#include <array>
#include <string>
#include <vector>

#include "host_version.hpp"
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

// Does the mpi.h of this plugin belong to the library that LAMMPS runs with?

static std::string mpi_of_host()
{
  std::vector<char> text(1 << 16);    // more than MPI_MAX_LIBRARY_VERSION_STRING of any MPI
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  return text.data();
}

static std::string mpi_of_header()
{
#if defined(OPEN_MPI)
  return "Open MPI";
#elif defined(MPI_STUBS)
  return "STUBS";
#else
  return "MPICH";
#endif
}

// The version is asked for through LAMMPS's C interface, which does not depend on the layout of any
// class: in a LAMMPS of another release nothing else may be touched.

void lammpsplugin_init(void *lmp, void *handle, void *regfunc)
{
  const nnpot::LammpsBuild host{lammps_version(lmp), lammps_extract_setting(lmp, "tagint"),
                                lammps_extract_setting(lmp, "bigint"), mpi_of_host()};
  const nnpot::LammpsBuild built{NNPOT_LAMMPS_NUMBER, sizeof(tagint), sizeof(bigint),
                                 mpi_of_header()};
  const std::string reason = nnpot::refusal(host, built);
  if (!reason.empty()) {
    utils::logmesg(static_cast<LAMMPS *>(lmp), "ERROR: " + reason + "\n");
    return;
  }

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
}
