#include "host_version.hpp"

namespace nnpot {

std::string refusal(const LammpsBuild &host, const LammpsBuild &built)
{
  if (host.version != built.version)
    return "pair_nnp: not loaded: this plugin was built for LAMMPS " +
           std::to_string(built.version) + ", but this is LAMMPS " + std::to_string(host.version) +
           "; install that LAMMPS, or build nnpot with the headers of this one";
  if (host.tagint_size != built.tagint_size)
    return "pair_nnp: not loaded: this plugin was built for LAMMPS with atom IDs of " +
           std::to_string(built.tagint_size) + " bytes, but this LAMMPS has " +
           std::to_string(host.tagint_size) + "; use a LAMMPS built with LAMMPS_SMALLBIG";
  return "";
}

}    // namespace nnpot
