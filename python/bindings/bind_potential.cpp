#include <pybind11/stl.h>

#include <mutex>

#include "arrays.hpp"
#include "bindings.hpp"
#include "nnpot/atomic_virials.hpp"
#include "nnpot/cell_list.hpp"
#include "nnpot/element.hpp"
#include "nnpot/potential.hpp"
#include "nnpot/reciprocal_part.hpp"
#include "nnpot/verlet_list.hpp"

namespace nnpot_python {
namespace {

struct Result {
    nnpot::Evaluation evaluation;
    arma::mat forces;
    arma::vec virial = arma::vec(6, arma::fill::zeros);
    arma::mat atomic_virials;
};

/// A VerletList that any thread of Python may use.
struct SharedVerletList {
    explicit SharedVerletList(double skin) : list(skin) {}
    nnpot::VerletList list;
    std::mutex in_use;
};

Result compute(nnpot::Potential& potential, const nnpot::NeighborList& list) {
    Result result;
    potential.compute(list, result.evaluation);
    result.forces.zeros(3, list.n_centers());
    result.evaluation.add_forces(list, result.forces.memptr());
    result.evaluation.add_virial(list, result.virial.memptr());
    result.atomic_virials.zeros(6, list.n_centers());
    nnpot::add_shared_virials(list, result.evaluation, result.atomic_virials.memptr());
    return result;
}

Result compute_near(nnpot::Potential& potential, const nnpot::Structure& structure, SharedVerletList* neighbors) {
    if (neighbors == nullptr) return compute(potential, nnpot::build_neighbor_list(structure, potential.cutoff()));
    const std::lock_guard<std::mutex> lock(neighbors->in_use);
    return compute(potential, neighbors->list.update(structure, potential.cutoff()));
}

Result compute(nnpot::Potential& potential, const nnpot::Structure& structure, SharedVerletList* neighbors) {
    Result result = compute_near(potential, structure, neighbors);
    if (!potential.long_range()) return result;
    const nnpot::ReciprocalPart part = nnpot::reciprocal_part(structure, *potential.long_range());
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) result.evaluation.energies[i] += part.energies(i);
    result.forces += part.forces;
    result.atomic_virials += part.virials;
    result.virial += arma::sum(part.virials, 1);
    return result;
}

/// From xx yy zz xy xz yz to 3 × 3.
arma::mat33 symmetric(const arma::vec& v) { return {{v(0), v(3), v(4)}, {v(3), v(1), v(5)}, {v(4), v(5), v(2)}}; }

py::tuple compute_arrays(nnpot::Potential& self, const RowMajor& positions, const Integers& numbers,
                         const RowMajor& cell, const std::vector<bool>& pbc, SharedVerletList* neighbors) {
    const nnpot::Structure structure = to_structure(positions, numbers, cell, pbc);
    Result result;
    {
        const py::gil_scoped_release release;
        result = compute(self, structure, neighbors);
    }
    arma::cube atomic_virials(3, 3, result.atomic_virials.n_cols);
    for (arma::uword i = 0; i < atomic_virials.n_slices; ++i) {
        atomic_virials.slice(i) = symmetric(result.atomic_virials.col(i));
    }
    const std::vector<double>& energies = result.evaluation.energies;
    return py::make_tuple(result.evaluation.energy(), to_array(result.forces), to_array(symmetric(result.virial)),
                          py::array_t<double>(static_cast<py::ssize_t>(energies.size()), energies.data()),
                          to_array(atomic_virials));
}

std::vector<std::string> symbols(const nnpot::Potential& potential) {
    std::vector<std::string> symbols;
    for (const int number : potential.atomic_numbers()) symbols.push_back(nnpot::element_symbol(number));
    return symbols;
}

}  // namespace

void bind_potential(py::module_& module) {
    py::class_<SharedVerletList>(module, "VerletList")
        .def(py::init<double>(), py::arg("skin"))
        .def_property_readonly("skin", [](const SharedVerletList& self) { return self.list.skin(); })
        .def_property_readonly("n_searches", [](const SharedVerletList& self) { return self.list.n_searches(); })
        .def(py::pickle(
            [](const SharedVerletList& self) { return py::make_tuple(self.list.skin()); },
            [](const py::tuple& state) { return std::make_unique<SharedVerletList>(state[0].cast<double>()); }));
    py::class_<nnpot::Potential>(module, "Potential")
        .def(py::init([](const nnpot::Model& model, const std::string& precision) {
                 return std::make_unique<nnpot::Potential>(model, nnpot::precision_from_name(precision));
             }),
             py::arg("model"), py::arg("precision") = "double")
        .def_property_readonly("cutoff", &nnpot::Potential::cutoff)
        .def_property_readonly("elements", &symbols)
        .def("compute", &compute_arrays, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"),
             py::arg("neighbors") = py::none());
}

}  // namespace nnpot_python
