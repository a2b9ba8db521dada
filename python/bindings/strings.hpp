#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace nnpot_python {

/// Text of a file as Python string; bytes that are not UTF-8 become the replacement character.
inline pybind11::str to_str(const std::string& text) {
    PyObject* const decoded = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
    if (decoded == nullptr) throw pybind11::error_already_set();
    return pybind11::reinterpret_steal<pybind11::str>(decoded);
}

}  // namespace nnpot_python
