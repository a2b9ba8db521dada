#pragma once

#include <pybind11/numpy.h>

#include <armadillo>
#include <string>
#include <vector>

#include "nnpot/scaler.hpp"
#include "nnpot/structure.hpp"

namespace nnpot_python {

namespace py = pybind11;

using RowMajor = py::array_t<double, py::array::c_style | py::array::forcecast>;
using Integers = py::array_t<long, py::array::c_style | py::array::forcecast>;

/// A numpy array (n, m) as m × n matrix over the same memory; checks the number of columns.
arma::mat borrow_matrix(const RowMajor& array, const std::string& name, py::ssize_t n_columns);

/// A numpy array (n, m), copied as n × m matrix.
arma::mat to_matrix(const RowMajor& array, const std::string& name);
arma::mat33 to_3_by_3(const RowMajor& array, const std::string& name);
arma::vec to_vector(const RowMajor& array, const std::string& name);

py::array_t<double> to_array(const std::vector<double>& values);

/// An m × n matrix as new numpy array (n, m): the same bytes.
py::array_t<double> to_array(const arma::mat& matrix);
py::array_t<double> to_array(const arma::cube& cube);
py::array_t<long> to_array(const std::vector<std::size_t>& values);

/// Statistics of inputs as rows of min, max, mean, sigma, (n, 4), and the reverse.
py::array_t<double> to_array(const nnpot::ScalingData& data);
nnpot::ScalingData to_scaling(const RowMajor& rows);

/// `numbers` is whatever numpy makes an array of: atomic numbers are of an integer type, a cast to one would make 14 of
/// 14.5 and 1 of True.
nnpot::Structure to_structure(const RowMajor& positions, const py::object& numbers, const RowMajor& cell,
                              const std::vector<bool>& periodic);

}  // namespace nnpot_python
