#include <pybind11/stl/filesystem.h>

#include <chrono>

#include "bindings.hpp"
#include "layers.hpp"
#include "nnpot/network_file.hpp"
#include "nnpot/scaling_file.hpp"
#include "released_gil.hpp"

namespace nnpot_python {
namespace {

using nnpot::NeuralNetwork;

py::array_t<double> evaluate(const NeuralNetwork& self, const RowMajor& inputs) {
    const arma::mat columns = borrow_matrix(inputs, "inputs", static_cast<py::ssize_t>(self.n_inputs()));
    return to_array(without_gil([&] { return self.evaluate(columns); }));
}

py::tuple jacobian(const NeuralNetwork& self, const RowMajor& inputs) {
    const arma::mat columns = borrow_matrix(inputs, "inputs", static_cast<py::ssize_t>(self.n_inputs()));
    const auto result = without_gil([&] { return self.evaluate_with_jacobian(columns); });
    return py::make_tuple(to_array(result.output), to_array(result.jacobian));
}

double seconds(const NeuralNetwork& self, const RowMajor& inputs, bool gradient, std::size_t n_evaluations) {
    const arma::mat columns = borrow_matrix(inputs, "inputs", static_cast<py::ssize_t>(self.n_inputs()));
    const ReleasedGil released;
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

py::list read_scaling(const std::filesystem::path& path, const std::vector<std::size_t>& counts) {
    py::list elements;
    for (const nnpot::ScalingData& data : nnpot::read_scaling(path.string(), counts)) elements.append(to_array(data));
    return elements;
}

void write_scaling(const std::filesystem::path& path, const std::vector<RowMajor>& elements) {
    std::vector<nnpot::ScalingData> found;
    for (const RowMajor& rows : elements) found.push_back(to_scaling(rows));
    nnpot::write_scaling(found, path.string());
}

}  // namespace

void bind_network(py::module_& module) {
    py::class_<NeuralNetwork>(module, "NeuralNetwork",
                              "A feed-forward network of any sizes and activations; a potential has one for each "
                              "element.")
        .def(py::init([](const std::vector<LayerTuple>& layers) { return NeuralNetwork(to_layers(layers)); }),
             py::arg("layers"),
             "Make it of the weights (n_in, n_out), biases (n_out,) and activation letter of each layer.\n\n"
             "InvalidInputError: if the layers do not fit each other, or a letter is not known.")
        .def_static(
            "read", [](const std::filesystem::path& path) { return NeuralNetwork(nnpot::read_network(path.string())); },
            py::arg("path"),
            "Read the text file of one network (docs/formats.md).\n\nFileFormatError: if it is missing or damaged.")
        .def(
            "write",
            [](const NeuralNetwork& self, const std::filesystem::path& path) {
                nnpot::write_network(self.layers(), path.string());
            },
            py::arg("path"), "Write the text file of one network.\n\nFileFormatError: if it cannot be written.")
        .def_static(
            "read_weights",
            [](const std::filesystem::path& path, const std::vector<std::size_t>& nodes, const std::string& letters) {
                return NeuralNetwork(nnpot::read_weights(path.string(), nodes, letters));
            },
            py::arg("path"), py::arg("nodes"), py::arg("activations"),
            "Read ``weights.ZZZ.data``, given the nodes of each layer, inputs first, and the activation letters.\n\n"
            "FileFormatError: if it is missing, damaged, or of other sizes.")
        .def(
            "write_weights",
            [](const NeuralNetwork& self, const std::filesystem::path& path) {
                nnpot::write_weights(self.layers(), path.string());
            },
            py::arg("path"), "Write ``weights.ZZZ.data``.\n\nFileFormatError: if it cannot be written.")
        .def_property_readonly("n_inputs", &NeuralNetwork::n_inputs, "How many numbers a sample has.")
        .def_property_readonly("n_outputs", &NeuralNetwork::n_outputs, "How many numbers come out.")
        .def_property_readonly(
            "layers", [](const NeuralNetwork& self) { return to_list(self.layers()); },
            "The weights (n_in, n_out), biases (n_out,) and activation letter of each layer.")
        .def("evaluate", &evaluate, py::arg("inputs"), "Give the outputs (n, n_outputs) of inputs (n, n_inputs).")
        .def("jacobian", &jacobian, py::arg("inputs"),
             "Give the outputs (n, n_outputs) and their derivatives by the inputs (n, n_outputs, n_inputs).")
        .def("seconds", &seconds, py::arg("inputs"), py::arg("gradient"), py::arg("n_evaluations"),
             "Measure the mean time in s of an evaluation of inputs (n, n_inputs), or of one with the gradient of the "
             "sum of the outputs.");
    module.def("read_scaling", &read_scaling, py::arg("path"), py::arg("counts"),
               "Read ``scaling.data``: of each element (n, 4), min, max, mean, sigma; ``counts`` are the n.\n\n"
               "FileFormatError: if it is missing, damaged, or of other sizes.");
    module.def("write_scaling", &write_scaling, py::arg("path"), py::arg("elements"),
               "Write ``scaling.data`` of (n, 4) for each element.\n\nFileFormatError: if it cannot be written.");
}

}  // namespace nnpot_python
