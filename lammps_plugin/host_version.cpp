#include "host_version.hpp"

#include <cstdlib>

namespace nnpot {
namespace {

/// LAMMPS's name for its integer sizes.
std::string sizes(const LammpsBuild &build)
{
  if (build.tagint_size == 8) return "LAMMPS_BIGBIG";
  return build.bigint_size == 8 ? "LAMMPS_SMALLBIG" : "LAMMPS_SMALLSMALL";
}

std::string version(const LammpsBuild &build)
{
  return "LAMMPS " + std::to_string(build.version) +
         (build.update < 0 ? "" : " update " + std::to_string(build.update));
}

}    // namespace

int update_of(const std::string &git_descriptor)
{
  if (git_descriptor.rfind("stable_", 0) != 0 && git_descriptor.rfind("patch_", 0) != 0) return -1;
  const std::string word = "_update";
  const std::size_t at = git_descriptor.find(word);
  return at == std::string::npos ? 0 : std::atoi(git_descriptor.c_str() + at + word.size());
}

std::string mpi_family(const std::string &library_version)
{
  if (library_version.find("Open MPI") != std::string::npos) return "Open MPI";
  return library_version.find("STUBS") != std::string::npos ? "LAMMPS's MPI stubs" : "MPICH";
}

std::string refusal(const LammpsBuild &host, const LammpsBuild &built)
{
  const std::string start = "pair_nnp: not loaded: this plugin was built for ";
  const bool other_update = host.update >= 0 && built.update >= 0 && host.update != built.update;
  if (host.version != built.version || other_update)
    return start + version(built) + ", but this is " + version(host) +
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
