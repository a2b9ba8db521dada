#include <pybind11/stl.h>

#include <algorithm>
#include <map>

#include "arrays.hpp"
#include "bindings.hpp"
#include "nnpot/error.hpp"
#include "nnpot/lattice_model.hpp"
#include "nnpot/parallel.hpp"
#include "nnpot/proximity.hpp"
#include "released_gil.hpp"

namespace nnpot_python {
namespace {

using nnpot::LatticeModel;

nnpot::LatticeForm form_named(const std::string& name) {
    static const std::map<std::string, nnpot::LatticeForm> forms{
        {"modified-lennard-jones", nnpot::LatticeForm::modified_lennard_jones},
        {"equation-6", nnpot::LatticeForm::equation_6},
        {"equation-7", nnpot::LatticeForm::equation_7},
        {"equation-8", nnpot::LatticeForm::equation_8}};
    const auto found = forms.find(name);
    if (found != forms.end()) return found->second;
    throw nnpot::InvalidInput(
        "lattice potential: expected modified-lennard-jones, equation-6, equation-7 or equation-8, got '" + name + "'");
}

nnpot::TripletCount count_named(const std::string& name) {
    if (name == "document") return nnpot::TripletCount::document;
    if (name == "invariant") return nnpot::TripletCount::invariant;
    throw nnpot::InvalidInput("count of triplets: expected document or invariant, got '" + name + "'");
}

LatticeModel make_model(const std::string& potential, double energy, double distance, double cutoff, int exponent,
                        const std::string& count) {
    return LatticeModel({form_named(potential), energy, distance, cutoff, exponent}, count_named(count));
}

/// Many configurations: positions (n, particles, dimensions) and a width for each.
class Batch {
public:
    Batch(RowMajor positions, RowMajor widths) : positions_(std::move(positions)), widths_(std::move(widths)) {
        if (positions_.ndim() != 3) throw nnpot::InvalidInput("positions: expected shape (n, particles, dimensions)");
        if (widths_.ndim() != 1 || widths_.shape(0) != positions_.shape(0)) {
            throw nnpot::InvalidInput("widths: expected one for each of " + std::to_string(positions_.shape(0)) +
                                      " configurations");
        }
    }

    std::size_t size() const { return static_cast<std::size_t>(positions_.shape(0)); }
    arma::uword n_particles() const { return static_cast<arma::uword>(positions_.shape(1)); }
    arma::uword n_dimensions() const { return static_cast<arma::uword>(positions_.shape(2)); }
    double width(std::size_t i) const { return widths_.data()[i]; }
    arma::mat positions(std::size_t i) const {
        return {positions_.data() + i * n_particles() * n_dimensions(), n_dimensions(), n_particles()};
    }
    py::array_t<double> like_positions() const {
        return py::array_t<double>({positions_.shape(0), positions_.shape(1), positions_.shape(2)});
    }
    double* of(py::array_t<double>& array, std::size_t i) const {
        return array.mutable_data() + i * n_particles() * n_dimensions();
    }

private:
    RowMajor positions_, widths_;
};

/// Calls @p work for each configuration without the GIL; errors say which one it was.
template <typename Work>
void for_each(const Batch& batch, unsigned threads, const Work& work) {
    const ReleasedGil released;
    nnpot::parallel_for(batch.size(), threads, [&](std::size_t i) {
        try {
            work(i);
        } catch (const nnpot::InvalidInput& error) {
            throw nnpot::InvalidInput("configuration " + std::to_string(i) + ": " + error.what());
        }
    });
}

std::vector<unsigned> depths_of(const Integers& depths, const Batch& batch) {
    if (depths.ndim() != 1 || static_cast<std::size_t>(depths.shape(0)) != batch.size()) {
        throw nnpot::InvalidInput("depths: expected one for each configuration");
    }
    std::vector<unsigned> result;
    for (py::ssize_t i = 0; i < depths.size(); ++i) {
        if (depths.data()[i] < 0) throw nnpot::InvalidInput("depths: must be 0 or more");
        result.push_back(static_cast<unsigned>(depths.data()[i]));
    }
    return result;
}

py::array_t<double> energies(const LatticeModel& self, const RowMajor& positions, const RowMajor& widths,
                             const Integers& depths, unsigned threads) {
    const Batch batch(positions, widths);
    const std::vector<unsigned> depth = depths_of(depths, batch);
    py::array_t<double> result(static_cast<py::ssize_t>(batch.size()));
    double* const out = result.mutable_data();
    for_each(batch, threads,
             [&](std::size_t i) { out[i] = self.energy(batch.positions(i), batch.width(i), depth[i]); });
    return result;
}

py::tuple gradients(const LatticeModel& self, const RowMajor& positions, const RowMajor& widths, const Integers& depths,
                    unsigned threads) {
    const Batch batch(positions, widths);
    const std::vector<unsigned> depth = depths_of(depths, batch);
    const auto n = static_cast<py::ssize_t>(batch.size());
    py::array_t<double> energy(n), by_width(n), by_position = batch.like_positions();
    double *const e = energy.mutable_data(), *const w = by_width.mutable_data(), *const p = by_position.mutable_data();
    const std::size_t stride = batch.n_particles() * batch.n_dimensions();
    for_each(batch, threads, [&](std::size_t i) {
        const LatticeModel::Gradient result = self.gradient(batch.positions(i), batch.width(i), depth[i]);
        e[i] = result.energy;
        w[i] = result.width;
        std::copy(result.positions.begin(), result.positions.end(), p + i * stride);
    });
    return py::make_tuple(energy, by_position, by_width);
}

py::tuple relax(const LatticeModel& self, const RowMajor& positions, const RowMajor& widths, unsigned epochs,
                double displacement, unsigned depth, std::uint64_t seed, std::uint64_t first, unsigned threads) {
    const Batch batch(positions, widths);
    const nnpot::Relaxation relaxation{epochs, displacement, depth, seed};
    py::array_t<double> relaxed = batch.like_positions();
    py::array_t<long> accepted({static_cast<py::ssize_t>(batch.size()), static_cast<py::ssize_t>(epochs)});
    double* const p = relaxed.mutable_data();
    long* const counts = accepted.mutable_data();
    const std::size_t stride = batch.n_particles() * batch.n_dimensions();
    for_each(batch, threads, [&](std::size_t i) {
        arma::mat moved = batch.positions(i);
        const std::vector<unsigned> found = nnpot::relax(self, relaxation, first + i, moved, batch.width(i));
        std::copy(moved.begin(), moved.end(), p + i * stride);
        std::copy(found.begin(), found.end(), counts + i * epochs);
    });
    return py::make_tuple(relaxed, accepted);
}

py::array_t<double> pair_energies(const LatticeModel& self, const RowMajor& distances) {
    py::array_t<double> result(distances.size());
    double slope;
    std::transform(distances.data(), distances.data() + distances.size(), result.mutable_data(),
                   [&](double s) { return nnpot::pair_energy(self.potential(), s, slope); });
    return result;
}

py::array_t<double> triplet_energies(const LatticeModel& self, const RowMajor& sides) {
    if (sides.ndim() != 2 || sides.shape(1) != 3) throw nnpot::InvalidInput("sides: expected shape (n, 3)");
    py::array_t<double> result(sides.shape(0));
    double slopes[3];
    for (py::ssize_t i = 0; i < sides.shape(0); ++i) {
        const double* const s = sides.data() + 3 * i;
        result.mutable_data()[i] = nnpot::triplet_energy(self.potential(), s[0], s[1], s[2], slopes);
    }
    return result;
}

py::tuple proximity(const RowMajor& positions, const RowMajor& widths, const std::vector<int>& orders, double radius,
                    unsigned threads) {
    const Batch batch(positions, widths);
    const auto n = static_cast<py::ssize_t>(batch.size()), m = static_cast<py::ssize_t>(batch.n_particles()),
               d = static_cast<py::ssize_t>(batch.n_dimensions()), o = static_cast<py::ssize_t>(orders.size());
    py::array_t<double> matrices({n, o, m, m}), by_width({n, o, m, m}), slopes({n, o, m, m, d});
    double *const p = matrices.mutable_data(), *const w = by_width.mutable_data(), *const s = slopes.mutable_data();
    const std::size_t size = static_cast<std::size_t>(o * m * m), slope_size = static_cast<std::size_t>(m * m * d);
    for_each(batch, threads, [&](std::size_t i) {
        const nnpot::Proximity result = nnpot::proximity_matrices(batch.positions(i), batch.width(i), orders, radius);
        std::copy(result.matrices.begin(), result.matrices.end(), p + i * size);
        std::copy(result.by_width.begin(), result.by_width.end(), w + i * size);
        for (std::size_t k = 0; k < orders.size(); ++k) {
            // Armadillo's slices are those of j: in C order (j, i, d), which is -(i, j, d).
            std::transform(result.slopes[k].begin(), result.slopes[k].end(), s + (i * orders.size() + k) * slope_size,
                           [](double value) { return -value; });
        }
    });
    return py::make_tuple(matrices, slopes, by_width);
}

}  // namespace

void bind_lattice(py::module_& module) {
    py::class_<LatticeModel>(
        module, "LatticeModel",
        R"(Energy per particle of configurations: positions (n, particles, dimensions), widths (n,), depths (n,).

A depth says how many layers of images count. ``threads`` 0 stands for all cores. Units are those of the energy and
distance given (docs/lattice_model.md).

InvalidInputError: if a shape or number is wrong; it names the configuration.)")
        .def(py::init(&make_model), py::arg("potential"), py::arg("energy"), py::arg("distance"), py::arg("cutoff"),
             py::arg("exponent"), py::arg("count"),
             "Make it of the name of a potential, its depth, distance, cutoff and exponent.\n\n"
             "``potential``: modified-lennard-jones, equation-6, equation-7 or equation-8; ``count``: document or\n"
             "invariant.")
        .def("required_depth", &LatticeModel::required_depth, py::arg("width"),
             "Give the depth beyond which nothing counts when all particles lie in the cell.")
        .def("energies", &energies, py::arg("positions"), py::arg("widths"), py::arg("depths"), py::arg("threads") = 0,
             "Give the energies per particle (n,).")
        .def("gradients", &gradients, py::arg("positions"), py::arg("widths"), py::arg("depths"),
             py::arg("threads") = 0,
             "Give energies (n,), derivatives by positions (n, particles, dimensions) and by the width (n,).")
        .def("relax", &relax, py::arg("positions"), py::arg("widths"), py::arg("epochs"), py::arg("displacement"),
             py::arg("depth"), py::arg("seed"), py::arg("first") = 0, py::arg("threads") = 0,
             "Give relaxed positions, and accepted moves by epoch (n, epochs); ``first`` is the number of the first.")
        .def("pair_energies", &pair_energies, py::arg("distances"), "Give the energies (n,) of distances (n,).")
        .def("triplet_energies", &triplet_energies, py::arg("sides"),
             "Give the energies (n,) of triangles of sides (n, 3).");
    module.def("proximity_matrices", &proximity, py::arg("positions"), py::arg("widths"), py::arg("orders"),
               py::arg("radius"), py::arg("threads") = 0,
               "Give matrices P (n, orders, i, j), dP_ij/d(position of j) (n, orders, i, j, dimensions), "
               "dP_ij/d(width) (n, orders, i, j).\n\nInvalidInputError: if a shape or number is wrong.");
}

}  // namespace nnpot_python
