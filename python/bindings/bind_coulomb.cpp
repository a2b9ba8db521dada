#include <pybind11/stl.h>

#include "arrays.hpp"
#include "bindings.hpp"
#include "nnpot/ewald.hpp"
#include "released_gil.hpp"

namespace nnpot_python {
namespace {

nnpot::ChargeKinds to_kinds(const std::vector<unsigned>& kinds, const std::vector<double>& weights) {
    unsigned n_kinds = 0;
    for (const unsigned kind : kinds) n_kinds = std::max(n_kinds, kind + 1);
    return {kinds, arma::vec(weights), n_kinds};
}

py::tuple coulomb_sums(const RowMajor& positions, const py::object& numbers, const RowMajor& cell,
                       const std::vector<bool>& pbc, const std::vector<unsigned>& kinds,
                       const std::vector<double>& weights, double alpha, double real_cutoff, double accuracy,
                       const std::array<double, 3>& dipole_factors) {
    const nnpot::Structure structure = to_structure(positions, numbers, cell, pbc);
    const nnpot::ChargeKinds charges = to_kinds(kinds, weights);
    nnpot::EwaldSplit split = nnpot::EwaldSplit::with_accuracy(alpha, accuracy);
    split.real_cutoff = real_cutoff;
    nnpot::CoulombSums sums(structure.n_atoms(), charges.n_kinds);
    {
        const ReleasedGil released;
        if (real_cutoff > 0.0) nnpot::add_real_space(structure, charges, split, sums);
        nnpot::add_self_term(structure, charges, split, sums);
        nnpot::add_reciprocal_space(structure, charges, split, sums);
        nnpot::add_dipole_term(structure, charges, arma::vec3(dipole_factors.data()), sums);
    }
    return py::make_tuple(to_array(sums.potentials), to_array(sums.fields), to_array(sums.virials));
}

}  // namespace

void bind_coulomb(py::module_& module) {
    module.def("coulomb_sums", &coulomb_sums, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"),
               py::arg("kinds"), py::arg("weights"), py::arg("alpha"), py::arg("real_cutoff"), py::arg("accuracy"),
               py::arg("dipole_factors"));
}

}  // namespace nnpot_python
