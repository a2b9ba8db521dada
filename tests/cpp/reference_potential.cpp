#include "reference_potential.hpp"

#include <algorithm>
#include <cmath>

namespace reference {

double activation(char letter, double x) {
    switch (letter) {
        case 't': return std::tanh(x);
        case 's': return 1.0 / (1.0 + std::exp(-x));
        case 'S': return 1.0 - 1.0 / (1.0 + std::exp(-x));
        case 'p': return std::log1p(std::exp(x));
        case 'r': return std::max(0.0, x);
        case 'g': return std::exp(-0.5 * x * x);
        case 'c': return std::cos(x);
        case 'e': return std::exp(-x);
        case 'h': return x * x;
        case 'T': return 1.7159 * std::tanh(2.0 * x / 3.0) + 0.001 * x;
        default: return x;
    }
}

double scaled(const nnpot::Model& model, const nnpot::ScalingData& data, std::size_t f, double value) {
    const double range = data.max(f) - data.min(f), aim = model.scale_max - model.scale_min;
    switch (model.scaling_mode) {
        case nnpot::ScalingMode::scale: return model.scale_min + aim * (value - data.min(f)) / range;
        case nnpot::ScalingMode::center: return value - data.mean(f);
        case nnpot::ScalingMode::scale_center: return model.scale_min + aim * (value - data.mean(f)) / range;
        case nnpot::ScalingMode::sigma: return model.scale_min + aim * (value - data.mean(f)) / data.sigma(f);
        default: return value;
    }
}

namespace {

const nnpot::ElementModel& element_of(const nnpot::Model& model, int atomic_number) {
    return *std::find_if(model.elements.begin(), model.elements.end(),
                         [=](const auto& element) { return element.atomic_number == atomic_number; });
}

double raw_value(const nnpot::Model& model, const nnpot::SymmetryFunction& function, const nnpot::NeighborList& list,
                 std::size_t center) {
    return symmetry_function(function, {model.cutoff_type, function.cutoff, model.cutoff_alpha}, list, center);
}

}  // namespace

double network_output(const nnpot::Model& model, const nnpot::NeighborList& list, std::size_t center) {
    const nnpot::ElementModel& element = element_of(model, list.center_atomic_number[center]);
    std::vector<double> nodes;
    for (std::size_t f = 0; f < element.functions.size(); ++f) {
        nodes.push_back(scaled(model, element.scaling, f, raw_value(model, element.functions[f], list, center)));
    }
    for (const nnpot::Layer& layer : element.layers) {
        std::vector<double> next;
        for (std::size_t k = 0; k < layer.biases.n_elem; ++k) {
            double sum = layer.biases(k);
            for (std::size_t j = 0; j < nodes.size(); ++j) sum += layer.weights(j, k) * nodes[j];
            next.push_back(activation(layer.activation, sum));
        }
        nodes = next;
    }
    return nodes.at(0);
}

double energy(const nnpot::Model& model, const nnpot::NeighborList& list) {
    double sum = 0.0;
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        sum += network_output(model, list, c) * model.energy_per_output + model.mean_energy +
               element_of(model, list.center_atomic_number[c]).atom_energy;
    }
    return sum;
}

void scale_to(nnpot::Model& model, const nnpot::NeighborList& list) {
    for (nnpot::ElementModel& element : model.elements) {
        for (std::size_t f = 0; f < element.functions.size(); ++f) {
            std::vector<double> values;
            for (std::size_t c = 0; c < list.n_centers(); ++c) {
                if (list.center_atomic_number[c] != element.atomic_number) continue;
                values.push_back(raw_value(model, element.functions[f], list, c));
            }
            const arma::vec column(values);
            element.scaling.min(f) = column.min();
            element.scaling.max(f) = column.max();
            element.scaling.mean(f) = arma::mean(column);
            element.scaling.sigma(f) = arma::stddev(column);
        }
    }
}

nnpot::Structure water_like(unsigned seed) {
    const arma::mat33 triclinic{{7.0, 2.5, -1.5}, {0.0, 6.0, 2.0}, {0.0, 0.0, 8.0}};
    return random_structure(18, triclinic, {true, true, true}, {8, 1, 1}, seed);
}

EnergyForcesVirial compute(nnpot::Potential& potential, const nnpot::Structure& structure) {
    const nnpot::NeighborList list = neighbor_list(structure, potential.cutoff(), 2);
    nnpot::Evaluation evaluation;
    potential.compute(list, evaluation);
    EnergyForcesVirial result{evaluation.energy(), arma::mat(3, structure.n_atoms(), arma::fill::zeros),
                              arma::vec(6, arma::fill::zeros)};
    evaluation.add_forces(list, result.forces.memptr());
    evaluation.add_virial(list, result.virial.memptr());
    return result;
}

namespace {

/// Slope at 0 by central differences of fourth order; @p change makes the structure for a step.
template <typename Change>
double energy_slope(const Compute& compute, double h, const Change& change) {
    const auto at = [&](double step) { return compute(change(step)).energy; };
    return (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
}

nnpot::Structure moved(nnpot::Structure structure, arma::uword coordinate, double step) {
    structure.positions(coordinate) += step;
    return structure;
}

nnpot::Structure strained(nnpot::Structure structure, unsigned row, unsigned column, double step) {
    arma::mat33 deformation(arma::fill::eye);
    deformation(row, column) += 0.5 * step;
    deformation(column, row) += 0.5 * step;
    structure.positions = deformation * structure.positions;
    structure.cell = nnpot::Cell(deformation * structure.cell.vectors(), structure.cell.periodic());
    return structure;
}

}  // namespace

GradientErrors gradient_errors(const Compute& compute, const nnpot::Structure& structure) {
    constexpr double h = 1e-5;
    const EnergyForcesVirial exact = compute(structure);
    GradientErrors errors{0.0, 0.0, arma::abs(exact.forces).max()};
    for (arma::uword i = 0; i < exact.forces.n_elem; i += 7) {
        const double slope = energy_slope(compute, h, [&](double step) { return moved(structure, i, step); });
        errors.forces = std::max(errors.forces, std::abs(exact.forces(i) + slope) / errors.largest_force);
    }
    const std::vector<std::pair<unsigned, unsigned>> components{{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
    for (std::size_t v = 0; v < components.size(); ++v) {
        const auto [row, column] = components[v];
        const double slope =
            energy_slope(compute, h, [&, a = row, b = column](double step) { return strained(structure, a, b, step); });
        errors.virial = std::max(errors.virial, std::abs(exact.virial(v) + slope) / arma::abs(exact.virial).max());
    }
    return errors;
}

GradientErrors gradient_errors(nnpot::Potential& potential, const nnpot::Structure& structure) {
    return gradient_errors([&](const nnpot::Structure& changed) { return compute(potential, changed); }, structure);
}

}  // namespace reference
