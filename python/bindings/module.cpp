#include <pybind11/pybind11.h>

#include "bindings.hpp"

PYBIND11_MODULE(_core, module) {
    module.doc() = "Bindings of the C++ core; private, use nnpot instead.";
    nnpot_python::bind_errors(module);
    nnpot_python::bind_structure(module);
    nnpot_python::bind_coulomb(module);
    nnpot_python::bind_descriptor(module);
    nnpot_python::bind_force_features(module);
    nnpot_python::bind_lattice(module);
    nnpot_python::bind_model(module);
    nnpot_python::bind_network(module);
    nnpot_python::bind_predictor(module);
}
