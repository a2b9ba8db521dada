#include <dlfcn.h>
#include <mpi.h>

#include <cstdio>
#include <string>
#include <vector>

#include "host_version.hpp"
#include "lammps_plugin_abi.h"
#include "library.h"
#include "lmptype.h"

// This library looks at the LAMMPS that loads it, and loads nnpstyles.so, which lies beside it, if
// that was built for this LAMMPS. It uses LAMMPS's C interface alone, which does not depend on the
// layout of any class, and looks for everything else by name: so any LAMMPS can load it, and hear
// why it does not fit.

static void report(void *lmp, const std::string &text)
{
  if (lammps_extract_setting(lmp, "world_rank") > 0) return;
  std::printf("ERROR: %s\n", text.c_str());
  std::fflush(stdout);
}

// The updates of a release have the same number, and not the same classes. LAMMPS's C interface
// gives a wrong pointer for this name, so the function that knows it is asked: it is static.

static int update_of_host()
{
  using Function = const char *(*)();
  void *const found = dlsym(RTLD_DEFAULT, "_ZN9LAMMPS_NS6LAMMPS14git_descriptorEv");
  const char *const name = found ? reinterpret_cast<Function>(found)() : nullptr;
  return name ? nnpot::update_of(name) : -1;
}

// Does the mpi.h of this plugin belong to the library that LAMMPS runs with?

static std::string mpi_of_host()
{
  using Function = int (*)(char *, int *);
  void *const found = dlsym(RTLD_DEFAULT, "MPI_Get_library_version");
  std::vector<char> text(1 << 16);    // more than MPI_MAX_LIBRARY_VERSION_STRING of any MPI
  int length = 0;
  if (found) reinterpret_cast<Function>(found)(text.data(), &length);
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

// The directory of this library, with a slash at its end. It is asked for by an address that no
// other library can stand in for: another nnpplugin.so may have been loaded before.

static std::string directory()
{
  static const char here = 0;
  Dl_info info{};
  if (dladdr(&here, &info) == 0) return "";
  const std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/') + 1);
}

void lammpsplugin_init(void *lmp, void *handle, void *regfunc)
{
  const nnpot::LammpsBuild host{lammps_version(lmp), update_of_host(),
                                lammps_extract_setting(lmp, "tagint"),
                                lammps_extract_setting(lmp, "bigint"), mpi_of_host()};
  const nnpot::LammpsBuild built{NNPOT_LAMMPS_NUMBER, NNPOT_LAMMPS_UPDATE,
                                 sizeof(LAMMPS_NS::tagint), sizeof(LAMMPS_NS::bigint),
                                 mpi_of_header()};
  const std::string reason = nnpot::refusal(host, built);
  if (!reason.empty()) {
    report(lmp, reason);
    return;
  }

  const std::string path = directory() + "nnpstyles.so";
  void *const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void *const found = library ? dlsym(library, "nnpot_register_styles") : nullptr;
  if (found != nullptr)
    reinterpret_cast<decltype(&nnpot_register_styles)>(found)(lmp, handle, regfunc);
  else
    report(lmp, "pair_nnp: not loaded: " + std::string(dlerror()));
}
