#pragma once

#include <string>

namespace nnpot {

/// What a plugin must know of a LAMMPS before it touches any of its classes.
struct LammpsBuild {
  int version;        ///< release date as a number: 20250722
  int tagint_size;    ///< bytes of an atom ID: 4, or 8 where LAMMPS was built with LAMMPS_BIGBIG
};

/// Why a plugin that was built for @p built cannot run in @p host, in one line; empty if it can.
/// LAMMPS's classes change from release to release, so only the very same release will do.
std::string refusal(const LammpsBuild &host, const LammpsBuild &built);

}    // namespace nnpot
