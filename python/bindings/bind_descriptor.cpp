#include <pybind11/stl.h>

#include <optional>

#include "arrays.hpp"
#include "bindings.hpp"
#include "nnpot/cell_list.hpp"
#include "nnpot/descriptor.hpp"
#include "nnpot/element.hpp"
#include "released_gil.hpp"

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

std::vector<std::string> symbols(const nnpot::Descriptor& descriptor) {
    std::vector<std::string> symbols;
    for (const int number : descriptor.atomic_numbers()) symbols.push_back(nnpot::element_symbol(number));
    return symbols;
}

std::vector<std::string> function_texts(const nnpot::Descriptor& descriptor, const std::string& element) {
    std::vector<std::string> texts;
    for (const auto& function : descriptor.functions_of(nnpot::atomic_number(element)).functions()) {
        texts.push_back(nnpot::to_text(function));
    }
    return texts;
}

py::array_t<double> values(const nnpot::Descriptor& self, const RowMajor& positions, const py::object& numbers,
                           const RowMajor& cell, const std::vector<bool>& pbc) {
    const nnpot::Structure structure = to_structure(positions, numbers, cell, pbc);
    arma::mat result;
    {
        const ReleasedGil released;
        result = self.values(nnpot::build_neighbor_list(structure, self.cutoff()));
    }
    return to_array(result);
}

py::array_t<long> neighbor_counts(const nnpot::Descriptor& self, const RowMajor& positions, const py::object& numbers,
                                  const RowMajor& cell, const std::vector<bool>& pbc) {
    const nnpot::Structure structure = to_structure(positions, numbers, cell, pbc);
    std::vector<std::size_t> counts;
    {
        const ReleasedGil released;
        const nnpot::NeighborList list = nnpot::build_neighbor_list(structure, self.cutoff());
        for (std::size_t c = 0; c < list.n_centers(); ++c) counts.push_back(list.offsets[c + 1] - list.offsets[c]);
    }
    return to_array(counts);
}

py::tuple jacobian(const nnpot::Descriptor& self, const RowMajor& positions, const py::object& numbers,
                   const RowMajor& cell, const std::vector<bool>& pbc) {
    const nnpot::Structure structure = to_structure(positions, numbers, cell, pbc);
    nnpot::Descriptor::Jacobian result;
    {
        const ReleasedGil released;
        result = self.jacobian(nnpot::build_neighbor_list(structure, self.cutoff()));
    }
    return py::make_tuple(to_array(result.values), to_array(result.center), to_array(result.neighbor),
                          to_array(result.gradient), to_array(result.vector));
}

py::tuple vjp(const nnpot::Descriptor& self, const RowMajor& positions, const py::object& numbers, const RowMajor& cell,
              const std::vector<bool>& pbc, const RowMajor& weights) {
    const nnpot::Structure structure = to_structure(positions, numbers, cell, pbc);
    const arma::mat columns = borrow_matrix(weights, "weights", static_cast<py::ssize_t>(self.largest_size()));
    nnpot::Descriptor::Gradient result;
    {
        const ReleasedGil released;
        result = self.vjp(nnpot::build_neighbor_list(structure, self.cutoff()), columns);
    }
    return py::make_tuple(to_array(result.positions), to_array(result.strain));
}

py::array_t<double> jvp(const nnpot::Descriptor& self, const RowMajor& positions, const py::object& numbers,
                        const RowMajor& cell, const std::vector<bool>& pbc, const RowMajor& displacement,
                        const std::optional<RowMajor>& strain) {
    const nnpot::Structure structure = to_structure(positions, numbers, cell, pbc);
    const arma::mat columns = borrow_matrix(displacement, "displacement", 3);
    const arma::mat33 strain_matrix = strain ? to_3_by_3(*strain, "strain") : arma::mat33(arma::fill::zeros);
    arma::mat result;
    {
        const ReleasedGil released;
        result = self.jvp(nnpot::build_neighbor_list(structure, self.cutoff()), columns, strain_matrix);
    }
    return to_array(result);
}

/// A line in Å, and its cutoff radius in Å.
py::tuple line_in_angstrom(const std::string& text, double length_unit) {
    const nnpot::SymmetryFunction function = nnpot::parse_symmetry_function(text, length_unit);
    return py::make_tuple(nnpot::to_text(function), function.cutoff);
}

}  // namespace

void bind_descriptor(py::module_& module) {
    module.def("symmetry_function_line", &line_in_angstrom, py::arg("text"), py::arg("length_unit") = 1.0);
    py::class_<nnpot::Descriptor>(module, "SymmetryFunctions")
        .def(py::init(&make_descriptor), py::arg("elements"), py::arg("functions"), py::arg("cutoff_type"),
             py::arg("cutoff_alpha") = 0.0)
        .def_property_readonly("cutoff", &nnpot::Descriptor::cutoff)
        .def_property_readonly("elements", &symbols)
        .def("functions", &function_texts, py::arg("element"))
        .def("values", &values, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"))
        .def("neighbor_counts", &neighbor_counts, py::arg("positions"), py::arg("numbers"), py::arg("cell"),
             py::arg("pbc"))
        .def("jacobian", &jacobian, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"))
        .def("vjp", &vjp, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"), py::arg("weights"))
        .def("jvp", &jvp, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"),
             py::arg("displacement"), py::arg("strain") = py::none());
}

}  // namespace nnpot_python
