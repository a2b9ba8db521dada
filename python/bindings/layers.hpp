#pragma once

#include <pybind11/stl.h>

#include <string>
#include <tuple>
#include <vector>

#include "arrays.hpp"
#include "nnpot/neural_network.hpp"

namespace nnpot_python {

/// Weights (n_in, n_out), biases (n_out,), activation letter.
using LayerTuple = std::tuple<RowMajor, RowMajor, std::string>;

std::vector<nnpot::Layer> to_layers(const std::vector<LayerTuple>& tuples);
py::list to_list(const std::vector<nnpot::Layer>& layers);

}  // namespace nnpot_python
