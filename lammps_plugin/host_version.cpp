#include "host_version.hpp"

namespace nnpot {
namespace {

/// LAMMPS's name for its integer sizes.
std::string sizes(const LammpsBuild &build)
{
  if (build.tagint_size == 8) return "LAMMPS_BIGBIG";
  return build.bigint_size == 8 ? "LAMMPS_SMALLBIG" : "LAMMPS_SMALLSMALL";
}

}    // namespace

std::string mpi_family(const std::string &library_version)
{
  if (library_version.find("Open MPI") != std::string::npos) return "Open MPI";
  return library_version.find("STUBS") != std::string::npos ? "LAMMPS's MPI stubs" : "MPICH";
}

std::string refusal(const LammpsBuild &host, const LammpsBuild &built)
{
  const std::string start = "pair_nnp: not loaded: this plugin was built for ";
  if (host.version != built.version)
    return start + "LAMMPS " + std::to_string(built.version) + ", but this is LAMMPS " +
           std::to_string(host.version) +
           "; install that LAMMPS, or build nnpot with the headers of this one";
  if (sizes(host) != sizes(built))
    return start + "LAMMPS with the integers of " + sizes(built) +
           ", but this LAMMPS has those of " + sizes(host) +
           "; build nnpot with the option NNPOT_LAMMPS_SIZES";
  if (mpi_family(host.mpi) != mpi_family(built.mpi))
    return start + "a LAMMPS with " + mpi_family(built.mpi) + ", but this LAMMPS has " +
           mpi_family(host.mpi) + "; build nnpot with the option NNPOT_MPI_INCLUDE_DIR";
  return "";
}

}    // namespace nnpot
