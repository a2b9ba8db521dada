#include <pybind11/stl.h>

#include <optional>

#include "arrays.hpp"
#include "bindings.hpp"
#include "elements.hpp"
#include "nnpot/cell_list.hpp"
#include "nnpot/descriptor.hpp"
#include "released_gil.hpp"
#include "structure_methods.hpp"

namespace nnpot_python {
namespace {

nnpot::Descriptor make_descriptor(const std::vector<std::string>& elements, const std::vector<std::string>& functions,
                                  int cutoff_type, double cutoff_alpha) {
    std::vector<nnpot::SymmetryFunction> parsed;
    for (const std::string& text : functions) parsed.push_back(nnpot::parse_symmetry_function(text));
    nnpot::Descriptor descriptor(parsed, nnpot::cutoff_type_from_number(cutoff_type), cutoff_alpha);
    for (const std::string& element : elements) (void)descriptor.functions_of(nnpot::atomic_number(element));
    return descriptor;
}

std::vector<std::string> function_texts(const nnpot::Descriptor& descriptor, const std::string& element) {
    std::vector<std::string> texts;
    for (const auto& function : descriptor.functions_of(nnpot::atomic_number(element)).functions()) {
        texts.push_back(nnpot::to_text(function));
    }
    return texts;
}

nnpot::NeighborList neighbors_of(const nnpot::Descriptor& self, const nnpot::Structure& structure) {
    return nnpot::build_neighbor_list(structure, self.cutoff());
}

py::array_t<double> values(const nnpot::Descriptor& self, const nnpot::Structure& structure) {
    return to_array(without_gil([&] { return self.values(neighbors_of(self, structure)); }));
}

py::array_t<long> neighbor_counts(const nnpot::Descriptor& self, const nnpot::Structure& structure) {
    return to_array(without_gil([&] { return neighbors_of(self, structure).counts(); }));
}

py::tuple jacobian(const nnpot::Descriptor& self, const nnpot::Structure& structure) {
    const auto result = without_gil([&] { return self.jacobian(neighbors_of(self, structure)); });
    return py::make_tuple(to_array(result.values), to_array(result.center), to_array(result.neighbor),
                          to_array(result.gradient), to_array(result.vector));
}

py::tuple vjp(const nnpot::Descriptor& self, const nnpot::Structure& structure, const RowMajor& weights) {
    const arma::mat columns = borrow_matrix(weights, "weights", static_cast<py::ssize_t>(self.largest_size()));
    const auto result = without_gil([&] { return self.vjp(neighbors_of(self, structure), columns); });
    return py::make_tuple(to_array(result.positions), to_array(result.strain));
}

py::array_t<double> jvp(const nnpot::Descriptor& self, const nnpot::Structure& structure, const RowMajor& displacement,
                        const std::optional<RowMajor>& strain) {
    const arma::mat columns = borrow_matrix(displacement, "displacement", 3);
    const arma::mat33 strain_matrix = strain ? to_3_by_3(*strain, "strain") : arma::mat33(arma::fill::zeros);
    return to_array(without_gil([&] { return self.jvp(neighbors_of(self, structure), columns, strain_matrix); }));
}

/// A line in Å, and its cutoff radius in Å.
py::tuple line_in_angstrom(const std::string& text, double length_unit) {
    const nnpot::SymmetryFunction function = nnpot::parse_symmetry_function(text, length_unit);
    return py::make_tuple(nnpot::to_text(function), function.cutoff);
}

}  // namespace

void bind_descriptor(py::module_& module) {
    module.def("symmetry_function_line", &line_in_angstrom, py::arg("text"), py::arg("length_unit") = 1.0,
               "Give a line of input.nn in Å, and its cutoff radius in Å; ``length_unit`` is that of the text in Å.\n\n"
               "InvalidInputError: saying what the line should be.");
    py::class_<nnpot::Descriptor> bound(module, "SymmetryFunctions",
                                        R"(The descriptor of an atom's surroundings, one set of functions per element.

Every method takes a structure's positions (n, 3) in Å, atomic numbers (n,), cell rows (3, 3) in Å and periodic
directions (3,), for example ``values(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)``. F is the
largest number of functions that an element has; columns beyond an element's own count are 0.

UnknownElementError: if an atom is of an element without functions.
InvalidInputError: if a position is not finite, two atoms are on the same place, or a shape is wrong.)");
    bound
        .def(
            py::init(&make_descriptor), py::arg("elements"), py::arg("functions"), py::arg("cutoff_type"),
            py::arg("cutoff_alpha") = 0.0,
            "Make it of what follows ``symfunction_short`` in input.nn, for example \"Si 2 Si 0.5 0.0 3.9\".\n\n"
            "``cutoff_type`` is the number of the cutoff function in input.nn, ``cutoff_alpha`` its inner radius as a\n"
            "fraction of the cutoff radius.\n\n"
            "InvalidInputError: if a line is damaged, or one of the elements has no functions.")
        .def_property_readonly("cutoff", &nnpot::Descriptor::cutoff, "The largest cutoff radius, Å.")
        .def_property_readonly(
            "elements", [](const nnpot::Descriptor& self) { return symbols_of(self.atomic_numbers()); },
            "The elements' symbols, by atomic number.")
        .def("functions", &function_texts, py::arg("element"),
             "List the functions of one element, in the order of the columns.\n\n"
             "UnknownElementError: if it has none.");
    def_of_structure(bound, "values", &values, "Give the values (n, F).");
    def_of_structure(bound, "neighbor_counts", &neighbor_counts,
                     "Count the neighbors (n,), images included, within the largest cutoff.");
    def_of_structure(bound, "jacobian", &jacobian,
                     R"(Give values (n, F), center (p,), neighbor (p,), gradient (p, F, 3) in 1/Å, vector (p, 3) in Å.

The gradient is dG[center]/d r_neighbor. Pairs are sorted by center, the center itself first; images of an atom are
separate pairs. A vector goes from the center to that image of the neighbor, and is 0 for the center itself: the
derivative by a strain is the sum of vector ⊗ gradient.)");
    def_of_structure(
        bound, "vjp", &vjp,
        R"(Give derivatives of the sum of weights (n, F) * values: by positions (n, 3) in 1/Å, by strain (3, 3).

The weights times the Jacobian, in about the time of `values` and without the Jacobian's memory. With weights = dE/dG
they are −forces and −virial. Columns beyond an element's own count are ignored.)",
        py::arg("weights"));
    def_of_structure(bound, "jvp", &jvp,
                     R"(Say how the values (n, F) change along a displacement (n, 3) of the atoms and a strain (3, 3).

The strain changes every vector r between atoms by r @ strain. Transpose of `vjp`, in about its time:
``vdot(weights, jvp(d, e)) == vdot(vjp(weights)[0], d) + vdot(vjp(weights)[1], e)``.)",
                     py::arg("displacement"), py::arg("strain") = py::none());
}

}  // namespace nnpot_python
