#pragma once

#include <pybind11/stl.h>

#include <utility>
#include <vector>

#include "arrays.hpp"

namespace nnpot_python {

/// Adds a method that wants a structure twice: for a bound Structure, and for its four parts one by one.
/// @param more  the names of the arguments that follow the structure
template <typename Class, typename Result, typename... Arguments, typename... Names>
void def_of_structure(py::class_<Class>& bound, const char* name,
                      Result (*method)(const Class&, const nnpot::Structure&, Arguments...), const char* doc,
                      const Names&... more) {
    bound.def(name, method, py::arg("structure"), more..., doc);
    bound.def(
        name,
        [method](const Class& self, const RowMajor& positions, const py::object& numbers, const RowMajor& cell,
                 const std::vector<bool>& pbc, Arguments... arguments) {
            return method(self, to_structure(positions, numbers, cell, pbc), std::forward<Arguments>(arguments)...);
        },
        py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"), more...,
        "The same for the four parts of a `Structure`.");
}

}  // namespace nnpot_python
