#include <pybind11/stl.h>

#include <memory>

#include "arrays.hpp"
#include "bindings.hpp"
#include "elements.hpp"
#include "nnpot/predictor.hpp"
#include "released_gil.hpp"
#include "verlet_list.hpp"

namespace nnpot_python {
namespace {

using nnpot::Prediction;
using nnpot::Predictor;
using nnpot::Uncertainty;

Prediction predict(Predictor& self, const nnpot::Structure& structure, SharedVerletList* neighbors, bool uncertainty) {
    const ReleasedGil released;
    if (neighbors == nullptr) return self.predict(structure, nullptr, uncertainty);
    const std::lock_guard<std::mutex> lock(neighbors->in_use);
    return self.predict(structure, &neighbors->list, uncertainty);
}

py::object to_array_or_none(const std::vector<double>& values, bool is_there) {
    return is_there ? py::object(to_array(values)) : py::none();
}

py::array_t<double> to_vector_array(const arma::vec& values) {
    return py::array_t<double>(static_cast<py::ssize_t>(values.n_elem), values.memptr());
}

void bind_uncertainty(py::module_& module) {
    py::class_<Uncertainty>(module, "Uncertainty",
                            "Spreads over the members of a committee, and grades of extrapolation.")
        .def_property_readonly(
            "grades", [](const Uncertainty& self) { return to_array(self.grades); },
            "How far each atom (n,) is outside of the training data, in widths of the range of the worst function.")
        .def_property_readonly(
            "force_spreads",
            [](const Uncertainty& self) {
                return to_array_or_none(self.force_spreads, self.energy_spread.has_value());
            },
            "Sample standard deviations of the force vectors (n,), eV/Å; None without a committee.")
        .def_property_readonly(
            "energy_spreads",
            [](const Uncertainty& self) {
                return to_array_or_none(self.energy_spreads, self.energy_spread.has_value());
            },
            "Sample standard deviations of the atoms' energies (n,), eV; None without a committee.")
        .def_readonly("energy_spread", &Uncertainty::energy_spread,
                      "The sample standard deviation of the total energy, eV; None without a committee.");
}

void bind_prediction(py::module_& module) {
    py::class_<Prediction>(module, "Prediction",
                           "What a model says about one structure of n atoms; every array is a copy of its own.")
        .def_readonly("energy", &Prediction::energy, "The total energy, eV.")
        .def_property_readonly(
            "forces", [](const Prediction& self) { return to_array(self.forces); }, "Forces (n, 3), eV/Å.")
        .def_property_readonly(
            "virial", [](const Prediction& self) { return to_array(arma::mat(self.virial)); },
            "The virial (3, 3) = −dE/dstrain, eV.")
        .def_property_readonly(
            "atomic_energies", [](const Prediction& self) { return to_vector_array(self.atomic_energies); },
            "The atoms' shares of the energy (n,), eV.")
        .def_property_readonly(
            "atomic_virials", [](const Prediction& self) { return to_array(self.atomic_virials); },
            "The atoms' shares of the virial (n, 3, 3), eV.")
        .def_readonly("uncertainty", &Prediction::uncertainty, "An `Uncertainty`; None where it was not asked for.")
        .def(
            "stress",
            [](const Prediction& self, double volume) {
                const std::array<double, 6> stress = self.stress(volume);
                return py::array_t<double>(static_cast<py::ssize_t>(stress.size()), stress.data());
            },
            py::arg("volume"), "Give (1/V) dE/dstrain (6,) in eV/Å³, xx yy zz yz xz xy, for a volume V in Å³.");
}

}  // namespace

void bind_predictor(py::module_& module) {
    bind_uncertainty(module);
    bind_prediction(module);
    py::class_<Predictor>(module, "Predictor",
                          "A model, or a committee of models, that predicts structures. It has scratch memory: never "
                          "call one from two threads at once.")
        .def(py::init([](const std::vector<nnpot::Model>& members, const std::string& precision) {
                 return std::make_unique<Predictor>(members, nnpot::precision_from_name(precision));
             }),
             py::arg("members"), py::arg("precision") = "double",
             "Make it of one `Model`, or of several; ``precision`` is double or mixed.\n\n"
             "InvalidInputError: if the parts of a model do not fit each other, or the members differ in elements,\n"
             "functions, cutoff function or charges.")
        .def_property_readonly(
            "cutoff", [](const Predictor& self) { return self.potential().cutoff(); },
            "The largest cutoff radius of the symmetry functions, Å.")
        .def_property_readonly(
            "elements", [](const Predictor& self) { return symbols_of(self.potential().atomic_numbers()); },
            "The elements' symbols, by atomic number.")
        .def("predict", &predict, py::arg("structure"), py::arg("neighbors") = py::none(),
             py::arg("uncertainty") = false,
             "Predict a `Structure`; gives a `Prediction`. The GIL is free meanwhile.\n\n"
             "``neighbors``: a `VerletList` that keeps the neighbors from one step of a trajectory to the next.\n\n"
             "UnknownElementError: if an atom is of an element that the model lacks.\n"
             "InvalidInputError: if a position is not finite or two atoms are on the same place.");
}

}  // namespace nnpot_python
