#include "nnpot/potential.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "near_neighbors.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/long_range.hpp"
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

namespace {

/// What one element needs at run time.
struct ElementEngine {
    int atomic_number;
    double offset;  ///< eV per atom
    SymmetryFunctionSet functions;
    arma::vec min, max;  ///< range of each function in the training data
    Scaler scaler;
    NeuralNetwork network;
};

ElementEngine make_engine(const Model& model, const ElementModel& element) {
    return {element.atomic_number,
            element.atom_energy + model.mean_energy,
            SymmetryFunctionSet(element.functions, model.cutoff_type, model.cutoff_alpha),
            element.scaling.min,
            element.scaling.max,
            Scaler(model.scaling_mode, element.scaling, model.scale_min, model.scale_max,
                   element_symbol(element.atomic_number)),
            NeuralNetwork(element.layers)};
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

}  // namespace

class Potential::Engine {
public:
    Engine(const Model& model, Precision precision)
        : energy_per_output_(model.energy_per_output), long_range_(model.long_range) {
        model.require_consistent();
        for (std::size_t b = 0; b < block_size; ++b) workspaces_.emplace_back(precision);
        for (const ElementModel& element : model.elements) {
            elements_.push_back(make_engine(model, element));
            atomic_numbers_.push_back(element.atomic_number);
            functions_cutoff_ = std::max(functions_cutoff_, elements_.back().functions.cutoff());
        }
        cutoff_ = long_range_ ? std::max(functions_cutoff_, long_range_->real_cutoff) : functions_cutoff_;
    }

    double cutoff() const noexcept { return cutoff_; }
    const std::vector<int>& atomic_numbers() const noexcept { return atomic_numbers_; }
    const std::optional<LongRange>& long_range() const noexcept { return long_range_; }

    void compute(const NeighborList& list, Evaluation& evaluation, std::vector<Extrapolation>* extrapolations) {
        if (extrapolations != nullptr) extrapolations->clear();
        require_known_elements(list);
        if (functions_cutoff_ < cutoff_) {
            compute_short_range(near_.select(list, functions_cutoff_), near_evaluation_, extrapolations);
            near_.spread(near_evaluation_, list.n_pairs(), evaluation);
        } else {
            compute_short_range(list, evaluation, extrapolations);
        }
        if (long_range_ && long_range_->with_real_space) add_real_space(list, *long_range_, evaluation);
        require_finite(list, evaluation);
    }

private:
    /// Centers whose network inputs go through one matrix product.
    static constexpr std::size_t block_size = 4;

    void require_known_elements(const NeighborList& list) const {
        for (const int number : list.center_atomic_number) {
            if (std::find(atomic_numbers_.begin(), atomic_numbers_.end(), number) != atomic_numbers_.end()) continue;
            std::string known;
            for (const int have : atomic_numbers_) known += (known.empty() ? "" : ", ") + element_symbol(have);
            throw UnknownElement("element '" + element_symbol(number) + "' is not in the model (it has " + known + ")");
        }
    }

    /// What the networks say.
    void compute_short_range(const NeighborList& list, Evaluation& evaluation,
                             std::vector<Extrapolation>* extrapolations) {
        evaluation.energies.assign(list.n_centers(), 0.0);
        for (auto* component : {&evaluation.gx, &evaluation.gy, &evaluation.gz}) component->resize(list.n_pairs());
        for (const ElementEngine& element : elements_) {
            block_.clear();
            for (std::size_t c = 0; c < list.n_centers(); ++c) {
                if (list.center_atomic_number[c] != element.atomic_number) continue;
                block_.push_back(c);
                if (block_.size() == block_size) compute_block(element, list, evaluation, extrapolations);
            }
            if (!block_.empty()) compute_block(element, list, evaluation, extrapolations);
        }
    }

    void compute_block(const ElementEngine& element, const NeighborList& list, Evaluation& evaluation,
                       std::vector<Extrapolation>* extrapolations) {
        inputs_.set_size(element.functions.size(), block_.size());
        for (std::size_t b = 0; b < block_.size(); ++b) {
            element.functions.forward(list, block_[b], workspaces_[b].get(), inputs_.colptr(b));
            if (extrapolations != nullptr) find_extrapolations(element, block_[b], inputs_.colptr(b), *extrapolations);
        }
        const auto& [output, gradient] = evaluate_networks(element);
        for (std::size_t b = 0; b < block_.size(); ++b) {
            const std::size_t first = list.offsets[block_[b]];
            evaluation.energies[block_[b]] = output(0, b) * energy_per_output_ + element.offset;
            weights_ = gradient.col(b) % element.scaler.factor() * energy_per_output_;
            element.functions.backward(workspaces_[b].get(), weights_.memptr(), evaluation.gx.data() + first,
                                       evaluation.gy.data() + first, evaluation.gz.data() + first);
        }
        block_.clear();
    }

    const NeuralNetwork::OutputAndGradient& evaluate_networks(const ElementEngine& element) {
        const StageTimer timer(Stage::network);
        for (std::size_t b = 0; b < block_.size(); ++b) element.scaler.apply(inputs_.colptr(b));
        return element.network.evaluate_with_gradient(inputs_, network_workspace_);
    }

    static void require_finite(const NeighborList& list, const Evaluation& evaluation) {
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

    double energy_per_output_;
    double functions_cutoff_ = 0.0;  ///< Å
    double cutoff_ = 0.0;            ///< Å, of all that is seen
    std::optional<LongRange> long_range_;
    std::vector<ElementEngine> elements_;
    std::vector<int> atomic_numbers_;
    NearNeighbors near_;
    Evaluation near_evaluation_;
    std::vector<SymmetryFunctionWorkspace> workspaces_;
    std::vector<std::size_t> block_;
    arma::mat inputs_;  ///< of the networks, one column per center of the block
    NeuralNetwork::Workspace network_workspace_;
    arma::vec weights_;  ///< dE/dG of one center
};

Potential::Potential(const Model& model, Precision precision) : engine_(std::make_unique<Engine>(model, precision)) {}
Potential::~Potential() = default;
Potential::Potential(Potential&&) noexcept = default;
Potential& Potential::operator=(Potential&&) noexcept = default;

double Potential::cutoff() const noexcept { return engine_->cutoff(); }
const std::vector<int>& Potential::atomic_numbers() const noexcept { return engine_->atomic_numbers(); }
const std::optional<LongRange>& Potential::long_range() const noexcept { return engine_->long_range(); }
void Potential::compute(const NeighborList& list, Evaluation& evaluation, std::vector<Extrapolation>* extrapolations) {
    engine_->compute(list, evaluation, extrapolations);
}

}  // namespace nnpot
