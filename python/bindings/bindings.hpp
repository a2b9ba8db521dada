#pragma once

#include <pybind11/pybind11.h>

namespace nnpot_python {

void bind_errors(pybind11::module_& module);
void bind_force_features(pybind11::module_& module);
void bind_coulomb(pybind11::module_& module);
void bind_descriptor(pybind11::module_& module);
void bind_lattice(pybind11::module_& module);
void bind_model(pybind11::module_& module);
void bind_network(pybind11::module_& module);
void bind_predictor(pybind11::module_& module);
void bind_structure(pybind11::module_& module);

}  // namespace nnpot_python
