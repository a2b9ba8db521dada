#include <pybind11/pybind11.h>

#include "bindings.hpp"
#include "nnpot/error.hpp"
#include "strings.hpp"

namespace nnpot_python {

namespace py = pybind11;

namespace {

void raise(const char* class_name, const char* message) {
    const py::object type = py::module_::import("nnpot.errors").attr(class_name);
    PyErr_SetObject(type.ptr(), to_str(message).ptr());
}

}  // namespace

void bind_errors(py::module_& /*module*/) {
    py::register_exception_translator([](std::exception_ptr pointer) {
        try {
            if (pointer) std::rethrow_exception(pointer);
        } catch (const nnpot::UnknownElement& error) {
            raise("UnknownElementError", error.what());
        } catch (const nnpot::FileError& error) {
            raise("FileFormatError", error.what());
        } catch (const nnpot::Error& error) {
            raise("InvalidInputError", error.what());
        }
    });
}

}  // namespace nnpot_python
