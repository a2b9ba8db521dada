#include <pybind11/stl.h>

#include <mutex>
#include <optional>

#include "arrays.hpp"
#include "bindings.hpp"
#include "nnpot/atomic_virials.hpp"
#include "nnpot/cell_list.hpp"
#include "nnpot/coulomb_part.hpp"
#include "nnpot/element.hpp"
#include "nnpot/potential.hpp"
#include "nnpot/uncertainty.hpp"
#include "nnpot/verlet_list.hpp"
#include "released_gil.hpp"

namespace nnpot_python {
namespace {

/// Spreads are empty where there is one network.
struct Uncertainty {
    std::vector<double> grades, force_spreads, energy_spreads;
    std::vector<double> energy_spread;  ///< one number, of the whole structure
};

struct Result {
    nnpot::Evaluation evaluation;
    arma::mat forces;
    arma::vec virial = arma::vec(6, arma::fill::zeros);
    arma::mat atomic_virials;
    std::optional<Uncertainty> uncertainty;
};

/// A VerletList that any thread of Python may use.
struct SharedVerletList {
    explicit SharedVerletList(double skin) : list(skin) {}
    nnpot::VerletList list;
    std::mutex in_use;
};

Uncertainty find_uncertainty(const nnpot::NeighborList& list, const std::vector<nnpot::Extrapolation>& extrapolations,
                             const std::vector<nnpot::Evaluation>& members) {
    Uncertainty result;
    result.grades.assign(list.n_centers(), 0.0);
    nnpot::raise_grades(list, extrapolations, result.grades.data());
    if (members.empty()) return result;
    std::vector<std::vector<double>> forces, energies, totals;
    for (const nnpot::Evaluation& member : members) {
        forces.emplace_back(3 * list.n_centers(), 0.0);
        member.add_forces(list, forces.back().data());
        energies.push_back(member.energies);
        totals.push_back({member.energy()});
    }
    result.force_spreads = nnpot::spreads(forces, 3, list.n_centers());
    result.energy_spreads = nnpot::spreads(energies, 1, list.n_centers());
    result.energy_spread = nnpot::spreads(totals, 1, 1);
    return result;
}

Result compute(nnpot::Potential& potential, const nnpot::NeighborList& list, bool with_uncertainty) {
    Result result;
    std::vector<nnpot::Extrapolation> extrapolations;
    std::vector<nnpot::Evaluation> members;
    nnpot::Findings findings;
    if (with_uncertainty) findings.extrapolations = &extrapolations;
    if (with_uncertainty && potential.n_members() > 1) findings.members = &members;
    potential.compute(list, result.evaluation, findings);
    result.forces.zeros(3, list.n_centers());
    result.evaluation.add_forces(list, result.forces.memptr());
    result.evaluation.add_virial(list, result.virial.memptr());
    result.atomic_virials.zeros(6, list.n_centers());
    nnpot::add_shared_virials(list, result.evaluation, result.atomic_virials.memptr());
    if (with_uncertainty) result.uncertainty = find_uncertainty(list, extrapolations, members);
    return result;
}

Result compute_networks(nnpot::Potential& potential, const nnpot::Structure& structure, SharedVerletList* neighbors,
                        bool with_uncertainty) {
    const double cutoff = potential.cutoff();
    if (neighbors == nullptr)
        return compute(potential, nnpot::build_neighbor_list(structure, cutoff), with_uncertainty);
    const std::lock_guard<std::mutex> lock(neighbors->in_use);
    return compute(potential, neighbors->list.update(structure, cutoff), with_uncertainty);
}

Result compute(nnpot::Potential& potential, const nnpot::Structure& structure, SharedVerletList* neighbors,
               bool with_uncertainty) {
    Result result = compute_networks(potential, structure, neighbors, with_uncertainty);
    if (!potential.long_range()) return result;
    const nnpot::CoulombPart part = nnpot::coulomb_part(structure, *potential.long_range());
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) result.evaluation.energies[i] += part.energies(i);
    result.forces += part.forces;
    result.atomic_virials += part.virials;
    result.virial += arma::sum(part.virials, 1);
    return result;
}

/// From xx yy zz xy xz yz to 3 × 3.
arma::mat33 symmetric(const arma::vec& v) { return {{v(0), v(3), v(4)}, {v(3), v(1), v(5)}, {v(4), v(5), v(2)}}; }

py::object to_tuple(const std::optional<Uncertainty>& found) {
    if (!found) return py::none();
    if (found->energy_spread.empty())
        return py::make_tuple(to_array(found->grades), py::none(), py::none(), py::none());
    return py::make_tuple(to_array(found->grades), to_array(found->force_spreads), to_array(found->energy_spreads),
                          found->energy_spread.front());
}

py::tuple compute_arrays(nnpot::Potential& self, const RowMajor& positions, const py::object& numbers,
                         const RowMajor& cell, const std::vector<bool>& pbc, SharedVerletList* neighbors,
                         bool with_uncertainty) {
    const nnpot::Structure structure = to_structure(positions, numbers, cell, pbc);
    Result result;
    {
        const ReleasedGil released;
        result = compute(self, structure, neighbors, with_uncertainty);
    }
    arma::cube atomic_virials(3, 3, result.atomic_virials.n_cols);
    for (arma::uword i = 0; i < atomic_virials.n_slices; ++i) {
        atomic_virials.slice(i) = symmetric(result.atomic_virials.col(i));
    }
    return py::make_tuple(result.evaluation.energy(), to_array(result.forces), to_array(symmetric(result.virial)),
                          to_array(result.evaluation.energies), to_array(atomic_virials), to_tuple(result.uncertainty));
}

std::vector<std::string> symbols(const nnpot::Potential& potential) {
    std::vector<std::string> symbols;
    for (const int number : potential.atomic_numbers()) symbols.push_back(nnpot::element_symbol(number));
    return symbols;
}

}  // namespace

void bind_potential(py::module_& module) {
    py::class_<SharedVerletList>(module, "VerletList")
        .def(py::init<double>(), py::arg("skin"))
        .def_property_readonly("skin", [](const SharedVerletList& self) { return self.list.skin(); })
        .def_property_readonly("n_searches", [](const SharedVerletList& self) { return self.list.n_searches(); })
        .def(py::pickle(
            [](const SharedVerletList& self) { return py::make_tuple(self.list.skin()); },
            [](const py::tuple& state) { return std::make_unique<SharedVerletList>(state[0].cast<double>()); }));
    py::class_<nnpot::Potential>(module, "Potential")
        .def(py::init([](const std::vector<nnpot::Model>& members, const std::string& precision) {
                 return std::make_unique<nnpot::Potential>(members, nnpot::precision_from_name(precision));
             }),
             py::arg("members"), py::arg("precision") = "double")
        .def_property_readonly("cutoff", &nnpot::Potential::cutoff)
        .def_property_readonly("elements", &symbols)
        .def("compute", &compute_arrays, py::arg("positions"), py::arg("numbers"), py::arg("cell"), py::arg("pbc"),
             py::arg("neighbors") = py::none(), py::arg("uncertainty") = false);
}

}  // namespace nnpot_python
