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

py::tuple coulomb_sums(const nnpot::Structure& structure, const std::vector<unsigned>& kinds,
                       const std::vector<double>& weights, double alpha, double real_cutoff, double accuracy,
                       const std::array<double, 3>& dipole_factors) {
    const nnpot::ChargeKinds charges = to_kinds(kinds, weights);
    nnpot::EwaldSplit split = nnpot::EwaldSplit::with_accuracy(alpha, accuracy);
    split.real_cutoff = real_cutoff;
    const arma::vec3 factors(dipole_factors.data());
    const nnpot::CoulombSums sums =
        without_gil([&] { return nnpot::coulomb_sums(structure, charges, split, factors); });
    return py::make_tuple(to_array(sums.potentials), to_array(sums.fields), to_array(sums.virials));
}

}  // namespace

void bind_coulomb(py::module_& module) {
    module.def("coulomb_sums", &coulomb_sums, py::arg("structure"), py::arg("kinds"), py::arg("weights"),
               py::arg("alpha"), py::arg("real_cutoff"), py::arg("accuracy"), py::arg("dipole_factors"),
               R"(Give potentials (K, n), fields (K, 3, n), virials (K, 6, n): what charges 1 of each of K kinds do.

With charges q of the kinds, atom i of kind a has the energy q_a Σ_b q_b potentials[b, i] (eV), the force
q_a Σ_b q_b fields[b, :, i], and −dE/dstrain is the sum over the atoms of q_a Σ_b q_b virials[b, :, i]
(xx yy zz xy xz yz). The charge of an atom is that of its kind (n,) times its weight (n,). alpha in 1/Å; real_cutoff
in Å, 0 leaves the real-space part out. accuracy: of the factors at the end of reciprocal space. dipole_factors:
(0, 0, 0) for surroundings that conduct.

InvalidInputError: unless the cell is periodic in three directions, or if a number is out of its range.)");
}

}  // namespace nnpot_python
