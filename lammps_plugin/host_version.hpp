#pragma once

#include <string>

namespace nnpot {

/// What a plugin must know of a LAMMPS before it touches any of its classes.
struct LammpsBuild {
  int version;        ///< release date as a number: 20250722
  int update;         ///< of that release; −1 if not known
  int tagint_size;    ///< bytes of an atom ID: 4, or 8 where LAMMPS was built with LAMMPS_BIGBIG
  int bigint_size;    ///< bytes of a step: 8, or 4 where LAMMPS was built with LAMMPS_SMALLSMALL
  std::string mpi;    ///< as MPI_Get_library_version says, or at least as `mpi_family` does
};

/// Which libraries a compiled program can be run with: "Open MPI", "LAMMPS's MPI stubs", or "MPICH"
/// for MPICH and all that keep its binary interface (Intel MPI, MVAPICH, Cray MPI).
/// @param library_version  what MPI_Get_library_version says
std::string mpi_family(const std::string &library_version);

/// The update of a release, from the name that git gave the sources ("stable_22Jul2025_update4");
/// −1 if that says nothing.
int update_of(const std::string &git_descriptor);

/// Why a plugin that was built for @p built cannot run in @p host, in one line; empty if it can.
/// LAMMPS's classes change from release to release, even between the updates of one, so only the
/// very same will do. An update that is not known is not compared.
std::string refusal(const LammpsBuild &host, const LammpsBuild &built);

}    // namespace nnpot
