#include <pybind11/stl.h>

#include "arrays.hpp"
#include "bindings.hpp"
#include "nnpot/cell_list.hpp"
#include "nnpot/element.hpp"
#include "nnpot/force_features.hpp"
#include "released_gil.hpp"

namespace nnpot_python {
namespace {

using nnpot::ForceFeatures;

ForceFeatures make_features(const std::vector<std::string>& elements, const RowMajor& gaussians, double cutoff,
                            int cutoff_type) {
    std::vector<int> numbers;
    for (const std::string& element : elements) numbers.push_back(nnpot::atomic_number(element));
    const arma::mat columns = borrow_matrix(gaussians, "gaussians", 2);
    std::vector<nnpot::RadialGaussian> shapes;
    for (arma::uword n = 0; n < columns.n_cols; ++n) shapes.push_back({columns(0, n), columns(1, n)});
    const auto type = nnpot::cutoff_type_from_number(cutoff_type);
    return ForceFeatures(numbers, shapes, nnpot::CutoffFunction(type, cutoff));
}

/// What @p compute says of the neighbors within @p radius, as an array; the GIL is free meanwhile.
template <typename Compute>
py::array_t<double> of_neighbors(const nnpot::Structure& structure, double radius, const Compute& compute) {
    decltype(compute(nnpot::NeighborList())) result;
    {
        const ReleasedGil released;
        result = compute(nnpot::build_neighbor_list(structure, radius));
    }
    return to_array(result);
}

py::array_t<double> spheres(const ForceFeatures& self, const RowMajor& positions, const py::object& numbers,
                            const RowMajor& cell, const std::vector<bool>& pbc) {
    return of_neighbors(to_structure(positions, numbers, cell, pbc), self.cutoff(),
                        [&](const nnpot::NeighborList& list) { return self.spheres(list); });
}

py::array_t<double> vectors(const ForceFeatures& self, const RowMajor& positions, const py::object& numbers,
                            const RowMajor& cell, const std::vector<bool>& pbc) {
    return of_neighbors(to_structure(positions, numbers, cell, pbc), self.cutoff(),
                        [&](const nnpot::NeighborList& list) { return self.vectors(list); });
}

py::array_t<double> ellipsoids(const ForceFeatures& self, const RowMajor& positions, const py::object& numbers,
                               const RowMajor& cell, const std::vector<bool>& pbc, const RowMajor& axes,
                               double stretch) {
    const nnpot::StretchedAxes stretched(borrow_matrix(axes, "axes", 3), stretch);
    return of_neighbors(to_structure(positions, numbers, cell, pbc), stretched.search_radius(self.cutoff()),
                        [&](const nnpot::NeighborList& list) { return self.ellipsoids(list, stretched); });
}

}  // namespace

void bind_force_features(py::module_& module) {
    py::class_<ForceFeatures>(module, "ForceFeatures")
        .def(py::init(&make_features), py::arg("elements"), py::arg("gaussians"), py::arg("cutoff"),
             py::arg("cutoff_type") = 1)
        .def_property_readonly("size", &ForceFeatures::size)
        .def_property_readonly("cutoff", &ForceFeatures::cutoff)
        .def("spheres", &spheres, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"))
        .def("ellipsoids", &ellipsoids, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"),
             py::arg("axes"), py::arg("stretch"))
        .def("vectors", &vectors, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"));
}

}  // namespace nnpot_python
