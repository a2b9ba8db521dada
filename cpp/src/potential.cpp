#include "nnpot/potential.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "member_networks.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/stage_timer.hpp"
#include "nnpot/symmetry_function_set.hpp"

namespace nnpot {

double Evaluation::energy() const noexcept {
    double sum = 0.0;
    for (const double energy : energies) sum += energy;
    return sum;
}

void Evaluation::add_forces(const NeighborList& list, double* forces) const noexcept {
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        double x = 0.0, y = 0.0, z = 0.0;
        for (std::size_t p = list.offsets[c]; p < list.offsets[c + 1]; ++p) {
            double* const neighbor = forces + 3 * list.neighbor_index[p];
            neighbor[0] -= gx[p];
            neighbor[1] -= gy[p];
            neighbor[2] -= gz[p];
            x += gx[p];
            y += gy[p];
            z += gz[p];
        }
        double* const center = forces + 3 * list.center_index[c];
        center[0] += x;
        center[1] += y;
        center[2] += z;
    }
}

void Evaluation::add_virial(const NeighborList& list, double* virial) const noexcept {
    for (std::size_t p = 0; p < list.n_pairs(); ++p) {
        virial[0] -= list.dx[p] * gx[p];
        virial[1] -= list.dy[p] * gy[p];
        virial[2] -= list.dz[p] * gz[p];
        virial[3] -= list.dx[p] * gy[p];
        virial[4] -= list.dx[p] * gz[p];
        virial[5] -= list.dy[p] * gz[p];
    }
}

double Extrapolation::distance() const noexcept {
    const double beyond = value > max ? value - max : min - value;
    const double width = max - min, size = std::max(std::abs(min), std::abs(max));
    if (width > 0.0) return beyond / width;
    return size > 0.0 ? beyond / size : beyond;
}

namespace {

/// What one element needs at run time.
struct ElementEngine {
    int atomic_number;
    SymmetryFunctionSet functions;
    arma::vec min, max;  ///< the range of each function that the training data of all members held
    MemberNetworks networks;
};

ElementEngine make_engine(const std::vector<Model>& members, std::size_t number) {
    const Model& model = members.front();
    const ElementModel& element = model.elements[number];
    arma::vec min = element.scaling.min, max = element.scaling.max;
    for (const Model& member : members) {
        min = arma::max(min, member.elements[number].scaling.min);
        max = arma::min(max, member.elements[number].scaling.max);
    }
    return {element.atomic_number, SymmetryFunctionSet(element.functions, model.cutoff_type, model.cutoff_alpha), min,
            max, MemberNetworks(members, number)};
}

/// Appends what @p values of one center hold outside of the training data. The tolerance is n2p2's: rounding alone
/// takes no training structure out of its own range.
void find_extrapolations(const ElementEngine& element, std::size_t center, const double* values,
                         std::vector<Extrapolation>& found) {
    constexpr double tolerance = 1000.0 * std::numeric_limits<double>::epsilon();
    for (std::size_t f = 0; f < element.functions.size(); ++f) {
        if (values[f] + tolerance >= element.min(f) && values[f] - tolerance <= element.max(f)) continue;
        found.push_back({center, f, element.functions.functions()[f].type, values[f], element.min(f), element.max(f)});
    }
}

void make_room(const NeighborList& list, Evaluation& evaluation) {
    evaluation.energies.assign(list.n_centers(), 0.0);
    for (auto* component : {&evaluation.gx, &evaluation.gy, &evaluation.gz}) component->resize(list.n_pairs());
}

void require_finite(const NeighborList& list, const Evaluation& evaluation) {
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        double sum = evaluation.energies[c];
        for (std::size_t p = list.offsets[c]; p < list.offsets[c + 1]; ++p) {
            sum += evaluation.gx[p] + evaluation.gy[p] + evaluation.gz[p];
        }
        if (std::isfinite(sum)) continue;
        throw InvalidInput("potential: the energy or a force of atom " + std::to_string(list.center_index[c]) +
                           " is not a finite number; look for atoms on the same place or damaged weights");
    }
}

}  // namespace

class Potential::Engine {
public:
    Engine(const std::vector<Model>& members, Precision precision) : n_members_(members.size()) {
        require_shared_functions(members);
        for (std::size_t b = 0; b < block_size; ++b) workspaces_.emplace_back(precision);
        for (std::size_t e = 0; e < members.front().elements.size(); ++e) {
            elements_.push_back(make_engine(members, e));
            atomic_numbers_.push_back(elements_.back().atomic_number);
            cutoff_ = std::max(cutoff_, elements_.back().functions.cutoff());
        }
        long_range_ = members.front().long_range;
    }

    double cutoff() const noexcept { return cutoff_; }
    const std::vector<int>& atomic_numbers() const noexcept { return atomic_numbers_; }
    const std::optional<LongRange>& long_range() const noexcept { return long_range_; }
    std::size_t n_members() const noexcept { return n_members_; }

    const std::vector<SymmetryFunction>& functions(int atomic_number) const {
        require_known(atomic_number);
        const auto found = std::find(atomic_numbers_.begin(), atomic_numbers_.end(), atomic_number);
        return elements_[static_cast<std::size_t>(found - atomic_numbers_.begin())].functions.functions();
    }

    void compute(const NeighborList& list, Evaluation& evaluation, const Findings& findings) {
        for (const int number : list.center_atomic_number) require_known(number);
        prepare(list, evaluation, findings);
        for (ElementEngine& element : elements_) compute_element(element, list, evaluation, findings);
        require_finite(list, evaluation);
        if (findings.members == nullptr) return;
        for (const Evaluation& member : *findings.members) require_finite(list, member);
    }

private:
    /// Centers whose network inputs go through one matrix product.
    static constexpr std::size_t block_size = 4;

    void require_known(int number) const {
        if (std::find(atomic_numbers_.begin(), atomic_numbers_.end(), number) != atomic_numbers_.end()) return;
        std::string known;
        for (const int have : atomic_numbers_) known += (known.empty() ? "" : ", ") + element_symbol(have);
        throw UnknownElement("element '" + element_symbol(number) + "' is not in the model (it has " + known + ")");
    }

    void compute_element(ElementEngine& element, const NeighborList& list, Evaluation& evaluation,
                         const Findings& findings) {
        block_.clear();
        for (std::size_t c = 0; c < list.n_centers(); ++c) {
            if (list.center_atomic_number[c] != element.atomic_number) continue;
            block_.push_back(c);
            if (block_.size() == block_size) compute_block(element, list, evaluation, findings);
        }
        if (!block_.empty()) compute_block(element, list, evaluation, findings);
    }

    void prepare(const NeighborList& list, Evaluation& evaluation, const Findings& findings) const {
        make_room(list, evaluation);
        if (findings.extrapolations != nullptr) findings.extrapolations->clear();
        if (findings.members == nullptr) return;
        findings.members->resize(n_members_);
        for (Evaluation& member : *findings.members) make_room(list, member);
    }

    void compute_block(ElementEngine& element, const NeighborList& list, Evaluation& evaluation,
                       const Findings& findings) {
        values_.set_size(element.functions.size(), block_.size());
        for (std::size_t b = 0; b < block_.size(); ++b) {
            element.functions.forward(list, block_[b], workspaces_[b].get(), values_.colptr(b));
            if (findings.extrapolations == nullptr) continue;
            find_extrapolations(element, block_[b], values_.colptr(b), *findings.extrapolations);
        }
        evaluate_networks(element);
        const MemberNetworks& networks = element.networks;
        for (std::size_t b = 0; b < block_.size(); ++b) {
            evaluation.energies[block_[b]] = networks.mean_energies()(b);
            go_back(element, b, networks.mean_slopes(), list, evaluation);
            if (findings.members == nullptr) continue;
            for (std::size_t m = 0; m < n_members_; ++m) {
                Evaluation& member = (*findings.members)[m];
                member.energies[block_[b]] = networks.energies()(m, b);
                go_back(element, b, networks.slopes(m), list, member);
            }
        }
        block_.clear();
    }

    void evaluate_networks(ElementEngine& element) const {
        const StageTimer timer(Stage::network);
        element.networks.evaluate(values_);
    }

    /// From dE/dG of center number @p b of the block to its neighbor vectors.
    void go_back(const ElementEngine& element, std::size_t b, const arma::mat& slopes, const NeighborList& list,
                 Evaluation& evaluation) {
        const std::size_t first = list.offsets[block_[b]];
        element.functions.backward(workspaces_[b].get(), slopes.colptr(b), evaluation.gx.data() + first,
                                   evaluation.gy.data() + first, evaluation.gz.data() + first);
    }

    std::size_t n_members_;
    double cutoff_ = 0.0;  ///< Å
    std::optional<LongRange> long_range_;
    std::vector<ElementEngine> elements_;
    std::vector<int> atomic_numbers_;
    std::vector<SymmetryFunctionWorkspace> workspaces_;
    std::vector<std::size_t> block_;
    arma::mat values_;  ///< of the symmetry functions, one column per center of the block
};

Potential::Potential(const Model& model, Precision precision) : Potential(std::vector<Model>{model}, precision) {}
Potential::Potential(const std::vector<Model>& members, Precision precision)
    : engine_(std::make_unique<Engine>(members, precision)) {}
Potential::~Potential() = default;
Potential::Potential(Potential&&) noexcept = default;
Potential& Potential::operator=(Potential&&) noexcept = default;

double Potential::cutoff() const noexcept { return engine_->cutoff(); }
const std::vector<int>& Potential::atomic_numbers() const noexcept { return engine_->atomic_numbers(); }
const std::optional<LongRange>& Potential::long_range() const noexcept { return engine_->long_range(); }
std::size_t Potential::n_members() const noexcept { return engine_->n_members(); }
const std::vector<SymmetryFunction>& Potential::functions(int atomic_number) const {
    return engine_->functions(atomic_number);
}
void Potential::compute(const NeighborList& list, Evaluation& evaluation, const Findings& findings) {
    engine_->compute(list, evaluation, findings);
}

}  // namespace nnpot
