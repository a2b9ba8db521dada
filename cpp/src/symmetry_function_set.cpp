#include "nnpot/symmetry_function_set.hpp"

#include <algorithm>

#include "nnpot/error.hpp"
#include "symmetry_function_groups.hpp"

namespace nnpot {
namespace {

using kernels::Kernels;
using kernels::Shell;
using kernels::Triplets;
using kernels::TripletSums;

Shell take_shell(Arena& arena, std::size_t n) {
    Shell shell;
    shell.pair = arena.take<std::size_t>(n);
    for (double** array : {&shell.x, &shell.y, &shell.z, &shell.r, &shell.inverse_r, &shell.cutoff, &shell.cutoff_ratio,
                           &shell.gx, &shell.gy, &shell.gz}) {
        *array = arena.take<double>(n);
    }
    return shell;
}

Triplets take_triplets(Arena& arena, std::size_t n) {
    Triplets triplets;
    triplets.j = arena.take<int>(n);
    triplets.k = arena.take<int>(n);
    for (double** array : {&triplets.cosine, &triplets.r_jk, &triplets.cutoff_jk, &triplets.cutoff_ratio_jk}) {
        *array = arena.take<double>(n);
    }
    return triplets;
}

void radial_forward(const Kernels& kernel, const RadialGroup& group, const Shell& shell, Arena& arena,
                    std::vector<double*>& stored, double* values) {
    stored.clear();
    for (const RadialTerm& term : group.terms) {
        if (term.damped_cosine) {
            values[term.index] = kernel.damped_cosine_sum(shell, term.kappa);
            stored.push_back(nullptr);
            continue;
        }
        stored.push_back(arena.take<double>(shell.n));
        values[term.index] = kernel.gaussian_terms(shell, term.eta, term.r_shift, stored.back());
    }
}

void radial_backward(const Kernels& kernel, const RadialGroup& group, const std::vector<double*>& stored,
                     const double* weights, Shell& shell, Arena& arena) {
    double* const slopes = arena.take_zeros<double>(shell.n);
    for (std::size_t i = 0; i < group.terms.size(); ++i) {
        const RadialTerm& term = group.terms[i];
        const double weight = weights[term.index];
        if (weight == 0.0) continue;
        if (term.damped_cosine) {
            kernel.damped_cosine_slopes(shell, term.kappa, weight, slopes);
        } else {
            kernel.gaussian_slopes(shell, term.eta, term.r_shift, stored[i], weight, slopes);
        }
    }
    kernel.apply_slopes(shell, slopes);
}

void fill_powers(const Kernels& kernel, const AngularGroup& group, Arena& arena, AngularState& state) {
    state.bases.clear();
    state.powers.clear();
    for (const Power& power : group.powers) {
        state.bases.push_back(arena.take<double>(state.triplets.n));
        state.powers.push_back(arena.take<double>(state.triplets.n));
        kernel.triplet_powers(state.triplets, power.lambda, power.zeta, state.bases.back(), state.powers.back());
    }
}

void fill_windows(const Kernels& kernel, const AngularGroup& group, Arena& arena, AngularState& state) {
    state.windows.clear();
    state.window_slopes.clear();
    if (group.windows.empty()) return;
    state.triplets.angle = arena.take<double>(state.triplets.n);
    state.triplets.inverse_sine = arena.take<double>(state.triplets.n);
    kernel.triplet_angles(state.triplets);
    for (const kernels::Window& window : group.windows) {
        state.windows.push_back(arena.take<double>(state.triplets.n));
        state.window_slopes.push_back(arena.take<double>(state.triplets.n));
        kernel.triplet_windows(state.triplets, window, state.windows.back(), state.window_slopes.back());
    }
}

double angular_sum(const Kernels& kernel, const AngularGroup& group, const AngularState& state, const double* terms,
                   std::size_t factor) {
    const std::size_t n = state.triplets.n;
    if (!group.windows.empty()) return kernel.dot(n, terms, state.windows[factor]);
    return kernel.sum_of_products(n, terms, state.powers[factor], state.bases[factor]);
}

void angular_forward(const Kernels& kernel, const AngularGroup& group, const Shell& first, const Shell& second,
                     Arena& arena, AngularState& state, double* values) {
    const bool same = group.first == group.second;
    state.triplets = take_triplets(arena, same ? first.n * first.n / 2 + 1 : first.n * second.n);
    kernel.list_triplets(first, second, same, group.narrow, group.cutoff, state.triplets);
    const std::size_t n = state.triplets.n;
    fill_powers(kernel, group, arena, state);
    fill_windows(kernel, group, arena, state);
    state.radial_terms.clear();
    double* const at_first = arena.take<double>(first.n);
    double* const at_second = same ? at_first : arena.take<double>(second.n);
    for (std::size_t e = 0; e < group.exponents.size(); ++e) {
        const auto [eta, r_shift] = group.exponents[e];
        double* const terms = arena.take<double>(n);
        kernel.gaussian_terms(first, eta, r_shift, at_first);
        if (!same) kernel.gaussian_terms(second, eta, r_shift, at_second);
        kernel.triplet_radial_terms(state.triplets, at_first, at_second, group.narrow, eta, r_shift, terms);
        for (const AngularTerm& term : group.terms[e]) {
            values[term.index] = term.normalization * angular_sum(kernel, group, state, terms, term.factor);
        }
        state.radial_terms.push_back(terms);
    }
}

/// Adds one function with weight dE/dG to the sums S0 and S1.
void add_weighted(const Kernels& kernel, const AngularGroup& group, const AngularState& state, std::size_t factor,
                  double weight, TripletSums& sums) {
    const std::size_t n = state.triplets.n;
    if (!group.windows.empty()) {
        kernel.add_weighted_windows(n, weight, state.windows[factor], state.window_slopes[factor], sums.s0, sums.s1);
        return;
    }
    const Power& power = group.powers[factor];
    kernel.add_weighted_powers(n, weight, power.lambda * power.zeta, state.bases[factor], state.powers[factor], sums.s0,
                               sums.s1);
}

void angular_backward(const Kernels& kernel, const AngularGroup& group, const AngularState& state,
                      const double* weights, Shell& first, Shell& second, Arena& arena) {
    const std::size_t n = state.triplets.n;
    TripletSums sums{};
    for (double** array : {&sums.s0, &sums.s1, &sums.value, &sums.slope, &sums.slope_shift, &sums.angle}) {
        *array = arena.take_zeros<double>(n);
    }
    for (std::size_t e = 0; e < group.exponents.size(); ++e) {
        for (const AngularTerm& term : group.terms[e]) {
            if (weights[term.index] == 0.0) continue;
            add_weighted(kernel, group, state, term.factor, weights[term.index] * term.normalization, sums);
        }
        kernel.fold_exponent(n, group.exponents[e].eta, group.exponents[e].r_shift, state.radial_terms[e], sums);
    }
    kernel.scatter_triplets(state.triplets, group.narrow, sums, first, second);
}

void require_distinct(const std::vector<SymmetryFunction>& sorted) {
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        if (!comes_before(sorted[i - 1], sorted[i])) {
            throw InvalidInput("symmetry function '" + to_text(sorted[i]) + "' is given twice");
        }
    }
}

}  // namespace

SymmetryFunctionSet::SymmetryFunctionSet(std::vector<SymmetryFunction> functions, CutoffType cutoff_type,
                                         double cutoff_alpha)
    : functions_(std::move(functions)) {
    if (functions_.empty()) throw InvalidInput("symmetry functions: a center element needs at least one");
    std::sort(functions_.begin(), functions_.end(), comes_before);
    require_distinct(functions_);
    for (const SymmetryFunction& function : functions_) cutoff_ = std::max(cutoff_, function.cutoff);
    groups_ = std::make_unique<Groups>(group_functions(functions_, cutoff_type, cutoff_alpha));
}

SymmetryFunctionSet::~SymmetryFunctionSet() = default;
SymmetryFunctionSet::SymmetryFunctionSet(SymmetryFunctionSet&&) noexcept = default;
SymmetryFunctionSet& SymmetryFunctionSet::operator=(SymmetryFunctionSet&&) noexcept = default;

void SymmetryFunctionSet::forward(const NeighborList& list, std::size_t center, Workspace& workspace,
                                  double* values) const {
    const Kernels& kernel = kernels::best();
    const std::size_t begin = list.offsets[center];
    const std::size_t n = list.offsets[center + 1] - begin;
    workspace.arena.reset();
    workspace.n_neighbors = n;
    workspace.shells.clear();
    for (const ShellKey& key : groups_->shells) {
        Shell shell = take_shell(workspace.arena, n);
        kernel.fill_shell(list.dx.data() + begin, list.dy.data() + begin, list.dz.data() + begin,
                          list.neighbor_atomic_number.data() + begin, n, key.atomic_number, key.cutoff, shell);
        workspace.shells.push_back(shell);
    }
    workspace.radial_terms.resize(groups_->radial.size());
    for (std::size_t g = 0; g < groups_->radial.size(); ++g) {
        const RadialGroup& group = groups_->radial[g];
        radial_forward(kernel, group, workspace.shells[group.shell], workspace.arena, workspace.radial_terms[g],
                       values);
    }
    workspace.angular.resize(groups_->angular.size());
    for (std::size_t g = 0; g < groups_->angular.size(); ++g) {
        const AngularGroup& group = groups_->angular[g];
        angular_forward(kernel, group, workspace.shells[group.first], workspace.shells[group.second], workspace.arena,
                        workspace.angular[g], values);
    }
}

void SymmetryFunctionSet::backward(Workspace& workspace, const double* weights, double* gx, double* gy,
                                   double* gz) const {
    const Kernels& kernel = kernels::best();
    const Arena::Mark before = workspace.arena.mark();
    for (Shell& shell : workspace.shells) {
        for (double* component : {shell.gx, shell.gy, shell.gz}) std::fill(component, component + shell.n, 0.0);
    }
    for (std::size_t g = 0; g < groups_->radial.size(); ++g) {
        const RadialGroup& group = groups_->radial[g];
        radial_backward(kernel, group, workspace.radial_terms[g], weights, workspace.shells[group.shell],
                        workspace.arena);
    }
    for (std::size_t g = 0; g < groups_->angular.size(); ++g) {
        const AngularGroup& group = groups_->angular[g];
        angular_backward(kernel, group, workspace.angular[g], weights, workspace.shells[group.first],
                         workspace.shells[group.second], workspace.arena);
    }
    for (double* component : {gx, gy, gz}) std::fill(component, component + workspace.n_neighbors, 0.0);
    for (const Shell& shell : workspace.shells) {
        for (std::size_t i = 0; i < shell.n; ++i) {
            gx[shell.pair[i]] += shell.gx[i];
            gy[shell.pair[i]] += shell.gy[i];
            gz[shell.pair[i]] += shell.gz[i];
        }
    }
    workspace.arena.release(before);
}

SymmetryFunctionWorkspace::SymmetryFunctionWorkspace() : inside_(std::make_unique<SymmetryFunctionSet::Workspace>()) {}
SymmetryFunctionWorkspace::~SymmetryFunctionWorkspace() = default;
SymmetryFunctionWorkspace::SymmetryFunctionWorkspace(SymmetryFunctionWorkspace&&) noexcept = default;
SymmetryFunctionWorkspace& SymmetryFunctionWorkspace::operator=(SymmetryFunctionWorkspace&&) noexcept = default;

}  // namespace nnpot
