#include "nnpot/model.hpp"

#include <algorithm>
#include <cmath>

#include "limits.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

constexpr double largest_energy = 1e9;  // eV per atom, a thousand times that of all electrons of the heaviest

void require_consistent_element(const ElementModel& element) {
    const std::string name = element_symbol(element.atomic_number);
    const auto count = std::to_string(element.functions.size());
    if (!(std::abs(element.atom_energy) <= largest_energy)) {
        throw InvalidInput("model: atom_energy of " + name + " is not finite or larger than 1e9 eV");
    }
    if (element.functions.empty()) throw InvalidInput("model: element " + name + " has no symmetry functions");
    for (const arma::vec* column :
         {&element.scaling.min, &element.scaling.max, &element.scaling.mean, &element.scaling.sigma}) {
        if (column->n_elem == element.functions.size() && column->is_finite()) continue;
        throw InvalidInput("model: the scaling data of " + name + " must be " + count + " finite rows");
    }
    const NeuralNetwork network(element.layers);
    if (network.n_inputs() != element.functions.size() || network.n_outputs() != 1) {
        throw InvalidInput("model: the network of " + name + " must have " + count + " inputs and 1 output, has " +
                           std::to_string(network.n_inputs()) + " and " + std::to_string(network.n_outputs()));
    }
}

void require_known_elements(const Model& model, const ElementModel& element) {
    for (const SymmetryFunction& function : element.functions) {
        for (const int number : {function.neighbor, function.neighbor2}) {
            const bool known =
                number == 0 || std::any_of(model.elements.begin(), model.elements.end(),
                                           [&](const ElementModel& other) { return other.atomic_number == number; });
            if (known) continue;
            throw InvalidInput("model: symmetry function '" + to_text(function) + "': element " +
                               element_symbol(number) + " is not among the elements of the model");
        }
    }
}

void require_consistent_charges(const Model& model) {
    const LongRange& long_range = *model.long_range;
    constexpr double largest_alpha = 10.0, largest_charge = 100.0;
    if (!(long_range.alpha > 0.0 && long_range.alpha <= largest_alpha)) {
        throw InvalidInput("model: ewald_alpha must be above 0 and at most 10/Å, got " + to_text(long_range.alpha) +
                           "/Å");
    }
    if (long_range.real_cutoff > largest_cutoff_radius) {
        throw InvalidInput("model: ewald_real_cutoff must be at most " + to_text(largest_cutoff_radius) + " Å, got " +
                           to_text(long_range.real_cutoff));
    }
    if (long_range.with_real_space != (long_range.real_cutoff > 0.0) || !std::isfinite(long_range.real_cutoff)) {
        throw InvalidInput("model: ewald_real_cutoff must be above 0 for 'long_range full' and absent otherwise");
    }
    for (const ElementModel& element : model.elements) {
        const auto charge = long_range.charges.find(element.atomic_number);
        if (charge != long_range.charges.end() && std::abs(charge->second) <= largest_charge) continue;
        throw InvalidInput("model: with long_range each element needs a charge; that of " +
                           element_symbol(element.atomic_number) + " is missing, not finite or larger than 100 e");
    }
}

bool same_functions(const ElementModel& a, const ElementModel& b) {
    return std::equal(
        a.functions.begin(), a.functions.end(), b.functions.begin(), b.functions.end(),
        [](const SymmetryFunction& one, const SymmetryFunction& other) { return to_text(one) == to_text(other); });
}

bool same_charges(const std::optional<LongRange>& a, const std::optional<LongRange>& b) {
    if (!a || !b) return !a && !b;
    return a->with_real_space == b->with_real_space && a->alpha == b->alpha && a->real_cutoff == b->real_cutoff &&
           a->charges == b->charges;
}

/// In what two members differ that they must have in common; empty if in nothing.
std::string difference(const Model& a, const Model& b) {
    const auto same_element = [](const ElementModel& one, const ElementModel& other) {
        return one.atomic_number == other.atomic_number;
    };
    if (!std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(), b.elements.end(), same_element)) {
        return "the elements";
    }
    for (std::size_t e = 0; e < a.elements.size(); ++e) {
        if (same_functions(a.elements[e], b.elements[e])) continue;
        return "the symmetry functions of " + element_symbol(a.elements[e].atomic_number);
    }
    if (a.cutoff_type != b.cutoff_type || a.cutoff_alpha != b.cutoff_alpha) return "the cutoff function";
    return same_charges(a.long_range, b.long_range) ? "" : "the charges";
}

bool same_numbers(const arma::mat& a, const arma::mat& b) {
    return arma::size(a) == arma::size(b) && std::equal(a.begin(), a.end(), b.begin());
}

bool same_network(const ElementModel& a, const ElementModel& b) {
    const auto same_layer = [](const Layer& one, const Layer& other) {
        return one.activation == other.activation && same_numbers(one.weights, other.weights) &&
               same_numbers(one.biases, other.biases);
    };
    return a.atomic_number == b.atomic_number &&
           std::equal(a.layers.begin(), a.layers.end(), b.layers.begin(), b.layers.end(), same_layer) &&
           same_numbers(a.scaling.min, b.scaling.min) && same_numbers(a.scaling.max, b.scaling.max) &&
           same_numbers(a.scaling.mean, b.scaling.mean) && same_numbers(a.scaling.sigma, b.scaling.sigma);
}

}  // namespace

std::vector<std::string> find_equal_members(const std::vector<Model>& members, const std::vector<std::string>& names) {
    std::vector<std::string> lines;
    for (std::size_t m = 1; m < members.size(); ++m) {
        const auto same =
            std::find_if(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(m), [&](const Model& other) {
                const auto& mine = members[m].elements;
                return std::equal(mine.begin(), mine.end(), other.elements.begin(), other.elements.end(), same_network);
            });
        const auto n = static_cast<std::size_t>(same - members.begin());
        if (n == m) continue;
        lines.push_back("committee: members " + std::to_string(n + 1) + " ('" + names[n] + "') and " +
                        std::to_string(m + 1) + " ('" + names[m] +
                        "') are the same network: they never differ, so the spread is too small (0 where there are "
                        "no others); name members that were trained apart");
    }
    return lines;
}

void require_shared_functions(const std::vector<Model>& members) {
    if (members.empty()) throw InvalidInput("committee: expected at least one member");
    for (std::size_t m = 0; m < members.size(); ++m) {
        members[m].require_consistent();
        const std::string what = difference(members.front(), members[m]);
        if (what.empty()) continue;
        throw InvalidInput("committee: member " + std::to_string(m + 1) + " differs from member 1 in " + what +
                           "; members must share elements, symmetry functions, cutoff function and charges");
    }
}

double LongRange::charge_of(int atomic_number) const {
    const auto found = charges.find(atomic_number);
    if (found != charges.end()) return found->second;
    throw UnknownElement("element '" + element_symbol(atomic_number) + "' has no charge in the model");
}

const ElementModel& Model::element(int atomic_number) const {
    const auto found = std::find_if(elements.begin(), elements.end(), [&](const ElementModel& element) {
        return element.atomic_number == atomic_number;
    });
    if (found != elements.end()) return *found;
    throw UnknownElement("element '" + element_symbol(atomic_number) + "' is not in the model");
}

double Model::cutoff() const noexcept {
    double largest = 0.0;
    for (const ElementModel& element : elements) {
        for (const SymmetryFunction& function : element.functions) largest = std::max(largest, function.cutoff);
    }
    return largest;
}

void Model::set_functions(const std::vector<SymmetryFunction>& functions) {
    for (ElementModel& element : elements) element.functions.clear();
    for (const SymmetryFunction& function : functions) {
        bool is_known = false;
        for (ElementModel& element : elements) {
            if (element.atomic_number != function.center) continue;
            element.functions.push_back(function);
            is_known = true;
        }
        if (!is_known) throw InvalidInput("model: the center of a symmetry function is not among the elements");
    }
    for (ElementModel& element : elements) {
        std::sort(element.functions.begin(), element.functions.end(), comes_before);
    }
}

void Model::require_consistent() const {
    if (elements.empty()) throw InvalidInput("model: expected at least one element");
    if (!(std::abs(mean_energy) <= largest_energy)) {
        throw InvalidInput("model: mean_energy is not finite or larger than 1e9 eV");
    }
    if (!(scale_min < scale_max)) throw InvalidInput("model: scale_max must be larger than scale_min");
    for (std::size_t e = 0; e < elements.size(); ++e) {
        if (e > 0 && elements[e].atomic_number <= elements[e - 1].atomic_number) {
            throw InvalidInput("model: elements must be sorted by atomic number, each named once");
        }
        require_consistent_element(elements[e]);
        require_known_elements(*this, elements[e]);
    }
    if (long_range) require_consistent_charges(*this);
}

}  // namespace nnpot
