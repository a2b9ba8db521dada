#include <pybind11/stl/filesystem.h>

#include <chrono>

#include "bindings.hpp"
#include "layers.hpp"
#include "nnpot/network_file.hpp"

namespace nnpot_python {
namespace {

using nnpot::NeuralNetwork;

py::array_t<double> evaluate(const NeuralNetwork& self, const RowMajor& inputs) {
    const arma::mat columns = borrow_matrix(inputs, "inputs", static_cast<py::ssize_t>(self.n_inputs()));
    arma::mat outputs;
    {
        const py::gil_scoped_release release;
        outputs = self.evaluate(columns);
    }
    return to_array(outputs);
}

py::tuple jacobian(const NeuralNetwork& self, const RowMajor& inputs) {
    const arma::mat columns = borrow_matrix(inputs, "inputs", static_cast<py::ssize_t>(self.n_inputs()));
    NeuralNetwork::OutputAndJacobian result;
    {
        const py::gil_scoped_release release;
        result = self.evaluate_with_jacobian(columns);
    }
    return py::make_tuple(to_array(result.output), to_array(result.jacobian));
}

double seconds(const NeuralNetwork& self, const RowMajor& inputs, bool gradient, std::size_t n_evaluations) {
    const arma::mat columns = borrow_matrix(inputs, "inputs", static_cast<py::ssize_t>(self.n_inputs()));
    const py::gil_scoped_release release;
    NeuralNetwork::Workspace workspace;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < n_evaluations; ++i) {
        if (gradient) {
            self.evaluate_with_gradient(columns, workspace);
        } else {
            self.evaluate(columns, workspace);
        }
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    return spent.count() / static_cast<double>(n_evaluations);
}

}  // namespace

void bind_network(py::module_& module) {
    py::class_<NeuralNetwork>(module, "NeuralNetwork")
        .def(py::init([](const std::vector<LayerTuple>& layers) { return NeuralNetwork(to_layers(layers)); }),
             py::arg("layers"))
        .def_static(
            "read", [](const std::filesystem::path& path) { return NeuralNetwork(nnpot::read_network(path.string())); },
            py::arg("path"))
        .def(
            "write",
            [](const NeuralNetwork& self, const std::filesystem::path& path) {
                nnpot::write_network(self.layers(), path.string());
            },
            py::arg("path"))
        .def_property_readonly("n_inputs", &NeuralNetwork::n_inputs)
        .def_property_readonly("n_outputs", &NeuralNetwork::n_outputs)
        .def_property_readonly("layers", [](const NeuralNetwork& self) { return to_list(self.layers()); })
        .def("evaluate", &evaluate, py::arg("inputs"))
        .def("jacobian", &jacobian, py::arg("inputs"))
        .def("seconds", &seconds, py::arg("inputs"), py::arg("gradient"), py::arg("n_evaluations"));
}

}  // namespace nnpot_python
