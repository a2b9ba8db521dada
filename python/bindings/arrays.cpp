#include "arrays.hpp"

#include <algorithm>

#include "nnpot/error.hpp"

namespace nnpot_python {

arma::mat borrow_matrix(const RowMajor& array, const std::string& name, py::ssize_t n_columns) {
    if (array.ndim() != 2 || array.shape(1) != n_columns) {
        throw nnpot::InvalidInput(name + ": expected an array of shape (n, " + std::to_string(n_columns) + ")");
    }
    // Armadillo has no read-only view; the matrix is only ever used as const.
    return {const_cast<double*>(array.data()), static_cast<arma::uword>(n_columns),
            static_cast<arma::uword>(array.shape(0)), false, true};
}

arma::mat to_matrix(const RowMajor& array, const std::string& name) {
    if (array.ndim() != 2) throw nnpot::InvalidInput(name + ": expected an array with two dimensions");
    return borrow_matrix(array, name, array.shape(1)).t();
}

arma::mat33 to_3_by_3(const RowMajor& array, const std::string& name) {
    if (array.ndim() != 2 || array.shape(0) != 3 || array.shape(1) != 3) {
        throw nnpot::InvalidInput(name + ": expected an array of shape (3, 3)");
    }
    return arma::mat33(borrow_matrix(array, name, 3).t());
}

arma::vec to_vector(const RowMajor& array, const std::string& name) {
    if (array.ndim() != 1) throw nnpot::InvalidInput(name + ": expected an array with one dimension");
    return {array.data(), static_cast<arma::uword>(array.shape(0))};
}

py::array_t<double> to_array(const arma::mat& matrix) {
    py::array_t<double> array({matrix.n_cols, matrix.n_rows});
    std::copy(matrix.begin(), matrix.end(), array.mutable_data());
    return array;
}

py::array_t<double> to_array(const arma::cube& cube) {
    py::array_t<double> array({cube.n_slices, cube.n_cols, cube.n_rows});
    std::copy(cube.begin(), cube.end(), array.mutable_data());
    return array;
}

py::array_t<double> to_array(const std::vector<double>& values) {
    return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data());
}

py::array_t<long> to_array(const std::vector<std::size_t>& values) {
    py::array_t<long> array(static_cast<py::ssize_t>(values.size()));
    std::transform(values.begin(), values.end(), array.mutable_data(),
                   [](std::size_t value) { return static_cast<long>(value); });
    return array;
}

py::array_t<double> to_array(const nnpot::ScalingData& data) {
    const arma::mat rows = arma::join_rows(data.min, data.max, data.mean, data.sigma);
    return to_array(arma::mat(rows.t()));
}

nnpot::ScalingData to_scaling(const RowMajor& rows) {
    const arma::mat columns = borrow_matrix(rows, "scaling", 4);
    return {columns.row(0).t(), columns.row(1).t(), columns.row(2).t(), columns.row(3).t()};
}

namespace {

std::vector<int> to_atomic_numbers(const py::object& object) {
    const py::array array = py::array::ensure(object);
    if (!array || array.ndim() != 1) throw nnpot::InvalidInput("numbers: expected an array of shape (n,)");
    const char kind = array.dtype().kind();
    if (array.size() > 0 && kind != 'i' && kind != 'u') {
        throw nnpot::InvalidInput("numbers: expected atomic numbers of an integer type, got " +
                                  std::string(py::str(array.dtype())));
    }
    const Integers numbers(array);
    std::vector<int> atomic_numbers(static_cast<std::size_t>(numbers.size()));
    std::transform(numbers.data(), numbers.data() + numbers.size(), atomic_numbers.begin(), [](long number) {
        if (number < 1 || number > 118) {
            throw nnpot::InvalidInput("numbers: expected atomic numbers from 1 to 118, got " + std::to_string(number));
        }
        return static_cast<int>(number);
    });
    return atomic_numbers;
}

}  // namespace

nnpot::Structure to_structure(const RowMajor& positions, const py::object& numbers, const RowMajor& cell,
                              const std::vector<bool>& periodic) {
    if (cell.ndim() != 2 || cell.shape(0) != 3 || cell.shape(1) != 3 || periodic.size() != 3) {
        throw nnpot::InvalidInput("cell: expected an array of shape (3, 3) and three values for pbc");
    }
    const arma::mat33 vectors(borrow_matrix(cell, "cell", 3));
    return {borrow_matrix(positions, "positions", 3), to_atomic_numbers(numbers),
            nnpot::Cell(vectors, {periodic[0], periodic[1], periodic[2]})};
}

}  // namespace nnpot_python
