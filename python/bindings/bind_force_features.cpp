#include <pybind11/stl.h>

#include "arrays.hpp"
#include "bindings.hpp"
#include "elements.hpp"
#include "nnpot/cell_list.hpp"
#include "nnpot/force_features.hpp"
#include "released_gil.hpp"
#include "structure_methods.hpp"

namespace nnpot_python {
namespace {

using nnpot::ForceFeatures;

ForceFeatures make_features(const std::vector<std::string>& elements, const RowMajor& gaussians, double cutoff,
                            int cutoff_type) {
    const arma::mat columns = borrow_matrix(gaussians, "gaussians", 2);
    std::vector<nnpot::RadialGaussian> shapes;
    for (arma::uword n = 0; n < columns.n_cols; ++n) shapes.push_back({columns(0, n), columns(1, n)});
    const auto type = nnpot::cutoff_type_from_number(cutoff_type);
    return ForceFeatures(atomic_numbers_of(elements), shapes, nnpot::CutoffFunction(type, cutoff));
}

py::array_t<double> spheres(const ForceFeatures& self, const nnpot::Structure& structure) {
    return to_array(without_gil([&] { return self.spheres(nnpot::build_neighbor_list(structure, self.cutoff())); }));
}

py::array_t<double> vectors(const ForceFeatures& self, const nnpot::Structure& structure) {
    return to_array(without_gil([&] { return self.vectors(nnpot::build_neighbor_list(structure, self.cutoff())); }));
}

py::array_t<double> ellipsoids(const ForceFeatures& self, const nnpot::Structure& structure, const RowMajor& axes,
                               double stretch) {
    const nnpot::StretchedAxes stretched(borrow_matrix(axes, "axes", 3), stretch);
    const double radius = stretched.search_radius(self.cutoff());
    return to_array(
        without_gil([&] { return self.ellipsoids(nnpot::build_neighbor_list(structure, radius), stretched); }));
}

}  // namespace

void bind_force_features(py::module_& module) {
    py::class_<ForceFeatures> bound(
        module, "ForceFeatures",
        R"(Sums of Gaussians exp(-eta (d - r_shift)²) f_c(d) over the neighbors of an atom, for direct forces.

Every method takes a structure's positions (n, 3) in Å, atomic numbers (n,), cell rows (3, 3) in Å and periodic
directions (3,). F is the number of elements times that of Gaussians; columns are sorted by element, then by Gaussian,
as given.

UnknownElementError: if a neighbor is of another element.
InvalidInputError: if a position is not finite, or two atoms are on the same place.)");
    bound
        .def(py::init(&make_features), py::arg("elements"), py::arg("gaussians"), py::arg("cutoff"),
             py::arg("cutoff_type") = 1,
             "Make it of Gaussians (n, 2), eta in 1/Å² and r_shift in Å, and a cutoff in Å.\n\n"
             "InvalidInputError: naming the number that is out of its range.")
        .def_property_readonly("size", &ForceFeatures::size, "The number of columns, F.")
        .def_property_readonly("cutoff", &ForceFeatures::cutoff, "The distance where neighbors stop to count, Å.");
    def_of_structure(bound, "spheres", &spheres, "Sum (n, F) over the neighbors of each element, by distance.");
    def_of_structure(bound, "ellipsoids", &ellipsoids,
                     "Sum (n, A F) with lengths along each of the axes (A, 3) in turn divided by ``stretch``.",
                     py::arg("axes"), py::arg("stretch"));
    def_of_structure(bound, "vectors", &vectors,
                     "Sum (n, F, 3) the unit vectors to the neighbors, weighted by the Gaussians.");
}

}  // namespace nnpot_python
