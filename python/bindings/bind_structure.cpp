#include <pybind11/stl.h>

#include <memory>

#include "arrays.hpp"
#include "bindings.hpp"
#include "verlet_list.hpp"

namespace nnpot_python {
namespace {

nnpot::Structure copy_structure(const RowMajor& positions, const py::object& numbers, const RowMajor& cell,
                                const std::vector<bool>& pbc) {
    const nnpot::Structure borrowed = to_structure(positions, numbers, cell, pbc);
    return {arma::mat(borrowed.positions), borrowed.atomic_numbers, borrowed.cell};
}

/// An array over memory of @p owner, which it keeps alive.
template <typename Value>
py::array_t<Value> view(const py::object& owner, const Value* data, std::vector<py::ssize_t> shape) {
    py::array_t<Value> array(std::move(shape), data, owner);
    array.attr("setflags")(py::arg("write") = false);
    return array;
}

py::array_t<double> positions(const py::object& self) {
    const auto& structure = self.cast<const nnpot::Structure&>();
    return view(self, structure.positions.memptr(), {static_cast<py::ssize_t>(structure.n_atoms()), 3});
}

py::array_t<int> numbers(const py::object& self) {
    const auto& structure = self.cast<const nnpot::Structure&>();
    return view(self, structure.atomic_numbers.data(), {static_cast<py::ssize_t>(structure.n_atoms())});
}

py::array_t<double> cell(const py::object& self) {
    return view(self, self.cast<const nnpot::Structure&>().cell.vectors().memptr(), {3, 3});
}

void bind_verlet_list(py::module_& module) {
    py::class_<SharedVerletList>(
        module, "VerletList",
        "Neighbors of a structure, kept while its atoms move a little; copies and pickles start empty.\n\n"
        "They are searched again after a move of skin / 2, or when anything but the positions has changed. Source:\n"
        "Verlet 1967, Phys. Rev. 159, 98.")
        .def(py::init<double>(), py::arg("skin"),
             "Make an empty list that searches up to cutoff + ``skin`` (Å).\n\n"
             "InvalidInputError: if the skin is not finite or below 0.")
        .def_property_readonly(
            "skin", [](const SharedVerletList& self) { return self.list.skin(); },
            "How far beyond the cutoff neighbors are searched, Å.")
        .def_property_readonly(
            "n_searches", [](const SharedVerletList& self) { return self.list.n_searches(); },
            "How many times neighbors have been searched so far.")
        .def(py::pickle(
            [](const SharedVerletList& self) { return py::make_tuple(self.list.skin()); },
            [](const py::tuple& state) { return std::make_unique<SharedVerletList>(state[0].cast<double>()); }));
}

}  // namespace

void bind_structure(py::module_& module) {
    py::class_<nnpot::Structure>(module, "Structure",
                                 "Atoms in a cell: a copy of what it was made of, and read-only. Positions need not "
                                 "lie inside the cell.")
        .def(
            py::init(&copy_structure), py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"),
            "Copy positions (n, 3) in Å, atomic numbers (n,), cell rows (3, 3) in Å and the periodic directions (3,).\n"
            "\n"
            "InvalidInputError: if a shape is wrong, a number is that of no element, or the cell does not repeat in\n"
            "its periodic directions.")
        .def_property_readonly("positions", &positions, "Positions (n, 3) in Å, as a read-only view.")
        .def_property_readonly("numbers", &numbers, "Atomic numbers (n,), as a read-only view.")
        .def_property_readonly("cell", &cell,
                               "Cell rows (3, 3) in Å, as a read-only view; vectors of 0 have become unit vectors "
                               "perpendicular to the others.")
        .def_property_readonly(
            "pbc", [](const nnpot::Structure& self) { return self.cell.periodic(); },
            "Which of the three directions repeat, a list of bool.")
        .def("__len__", &nnpot::Structure::n_atoms, "The number of atoms.");
    bind_verlet_list(module);
}

}  // namespace nnpot_python
