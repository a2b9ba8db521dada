#include <pybind11/stl.h>

#include "arrays.hpp"
#include "bindings.hpp"
#include "nnpot/cell_list.hpp"
#include "nnpot/element.hpp"
#include "nnpot/potential.hpp"

namespace nnpot_python {
namespace {

struct Result {
    nnpot::Evaluation evaluation;
    arma::mat forces;
    arma::vec virial = arma::vec(6, arma::fill::zeros);
};

Result compute(nnpot::Potential& potential, const nnpot::Structure& structure) {
    const nnpot::NeighborList list = nnpot::build_neighbor_list(structure, potential.cutoff());
    Result result;
    potential.compute(list, result.evaluation);
    result.forces.zeros(3, structure.n_atoms());
    result.evaluation.add_forces(list, result.forces.memptr());
    result.evaluation.add_virial(list, result.virial.memptr());
    return result;
}

py::tuple compute_arrays(nnpot::Potential& self, const RowMajor& positions, const Integers& numbers,
                         const RowMajor& cell, const std::vector<bool>& pbc) {
    const nnpot::Structure structure = to_structure(positions, numbers, cell, pbc);
    Result result;
    {
        const py::gil_scoped_release release;
        result = compute(self, structure);
    }
    const arma::vec& v = result.virial;  // xx yy zz xy xz yz
    const arma::mat33 virial{{v(0), v(3), v(4)}, {v(3), v(1), v(5)}, {v(4), v(5), v(2)}};
    const std::vector<double>& energies = result.evaluation.energies;
    return py::make_tuple(result.evaluation.energy(), to_array(result.forces), to_array(virial),
                          py::array_t<double>(static_cast<py::ssize_t>(energies.size()), energies.data()));
}

std::vector<std::string> symbols(const nnpot::Potential& potential) {
    std::vector<std::string> symbols;
    for (const int number : potential.atomic_numbers()) symbols.push_back(nnpot::element_symbol(number));
    return symbols;
}

}  // namespace

void bind_potential(py::module_& module) {
    py::class_<nnpot::Potential>(module, "Potential")
        .def(py::init<const nnpot::Model&>(), py::arg("model"))
        .def_property_readonly("cutoff", &nnpot::Potential::cutoff)
        .def_property_readonly("elements", &symbols)
        .def("compute", &compute_arrays, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"));
}

}  // namespace nnpot_python
