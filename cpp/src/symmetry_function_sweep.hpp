#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "arena.hpp"
#include "kernels/kernels.hpp"
#include "moment_sweep.hpp"
#include "nnpot/neighbor_list.hpp"
#include "nnpot/stage_timer.hpp"
#include "symmetry_function_groups.hpp"

namespace nnpot {

/// The forward sweep over the groups of one center, in one precision, and the two that read what it leaves: the way
/// back, and that along a motion. Reusable for any center and set.
template <typename Real>
class SymmetryFunctionSweep {
public:
    void forward(const SymmetryFunctionSet::Groups& groups, const NeighborList& list, std::size_t center,
                 double* values) {
        arena_.reset();
        n_neighbors_ = list.offsets[center + 1] - list.offsets[center];
        fill_shells(groups, list, list.offsets[center]);
        radial_forward(groups, values);
        triplets_.clear();
        for (const AngularGroup& group : groups.angular) angular_forward(group, values);
        const StageTimer timer(Stage::angular_forward);
        moments_.forward(groups.moments, shells_, arena_, values);
    }

    void backward(const SymmetryFunctionSet::Groups& groups, const double* weights, double* gx, double* gy,
                  double* gz) {
        const Arena::Mark before = arena_.mark();
        for (Shell& shell : shells_) {
            for (Real* component : {shell.gx, shell.gy, shell.gz}) std::fill_n(component, stride(shell.n), Real(0));
        }
        for (std::size_t g = 0; g < groups.radial.size(); ++g) {
            if (counts(groups.radial[g].terms, weights)) radial_backward(groups.radial[g], radial_terms_[g], weights);
        }
        for (std::size_t g = 0; g < groups.angular.size(); ++g) {
            if (counts(groups.angular[g].terms, weights)) angular_backward(groups.angular[g], triplets_[g], weights);
        }
        moments_backward(groups.moments, weights);
        arena_.release(before);
        add_shells(gx, gy, gz);
    }

    /// How fast the values change when the neighbors move with the velocities vx, vy, vz.
    void tangent(const SymmetryFunctionSet::Groups& groups, const double* vx, const double* vy, const double* vz,
                 double* changes) {
        const Arena::Mark before = arena_.mark();
        tangents_.clear();
        for (const Shell& shell : shells_) {
            tangents_.push_back(take_tangent(shell.n));
            kernel_.fill_tangent(vx, vy, vz, shell, tangents_.back());
        }
        for (std::size_t g = 0; g < groups.radial.size(); ++g) {
            radial_tangent(groups.radial[g], radial_terms_[g], changes);
        }
        for (std::size_t g = 0; g < groups.angular.size(); ++g) {
            angular_tangent(groups.angular[g], triplets_[g], changes);
        }
        moments_.tangent(groups.moments, tangents_, arena_, changes);
        arena_.release(before);
    }

private:
    using Shell = kernels::Shell<Real>;
    using ShellTangent = kernels::ShellTangent<Real>;
    using Triplets = kernels::Triplets<Real>;

    /// Whether any function of a group has a weight: of the rows of the Jacobian all but one have none.
    template <typename Term>
    static bool counts(const std::vector<Term>& terms, const double* weights) {
        return std::any_of(terms.begin(), terms.end(), [&](const Term& term) { return weights[term.index] != 0.0; });
    }

    static std::size_t stride(std::size_t n) { return n + kernels::padding; }

    Real* take(std::size_t n) { return arena_.take<Real>(stride(n)); }

    Shell take_shell() {
        Shell shell;
        shell.pair = arena_.take<int>(stride(n_neighbors_));
        for (Real** array : {&shell.x, &shell.y, &shell.z, &shell.r, &shell.r_squared, &shell.inverse_r, &shell.cutoff,
                             &shell.cutoff_ratio, &shell.gx, &shell.gy, &shell.gz}) {
            *array = take(n_neighbors_);
        }
        return shell;
    }

    void fill_shells(const SymmetryFunctionSet::Groups& groups, const NeighborList& list, std::size_t begin) {
        const StageTimer timer(Stage::environment);
        shells_.clear();
        for (const ShellKey& key : groups.shells) {
            Shell shell = take_shell();
            kernel_.fill_shell(list.dx.data() + begin, list.dy.data() + begin, list.dz.data() + begin,
                               list.neighbor_atomic_number.data() + begin, n_neighbors_, key.atomic_number, key.cutoff,
                               shell);
            shells_.push_back(shell);
        }
    }

    void radial_forward(const SymmetryFunctionSet::Groups& groups, double* values) {
        const StageTimer timer(Stage::radial);
        radial_terms_.clear();
        for (const RadialGroup& group : groups.radial) {
            const Shell& shell = shells_[group.shell];
            Real* const terms = arena_.take<Real>(group.terms.size() * stride(shell.n));
            kernel_.radial_forward(group.terms.data(), group.terms.size(), shell, terms, stride(shell.n), values);
            radial_terms_.push_back(terms);
        }
    }

    Real* take_scratch(const kernels::AngularGroup& view, std::size_t n_triplets) {
        return arena_.take<Real>(kernel_.scratch_size(view, n_neighbors_, n_triplets));
    }

    /// The rows of the triplets run over the larger shell, where whole vectors waste less.
    std::pair<Shell*, Shell*> rows_of(const AngularGroup& group) {
        Shell *first = &shells_[group.first], *second = &shells_[group.second];
        if (first->n > second->n) std::swap(first, second);
        return {first, second};
    }

    void angular_forward(const AngularGroup& group, double* values) {
        const auto [first, second] = rows_of(group);
        const kernels::AngularGroup view = group.view();
        triplets_.push_back(list_triplets(view, *first, *second));
        const StageTimer timer(Stage::angular_forward);
        Triplets& triplets = triplets_.back();
        const Arena::Mark before = arena_.mark();
        kernel_.angular_forward(view, *first, *second, triplets, take_scratch(view, triplets.n), values);
        arena_.release(before);
    }

    Triplets list_triplets(const kernels::AngularGroup& view, const Shell& first, const Shell& second) {
        const StageTimer timer(Stage::triplet_list);
        Triplets triplets;
        const std::size_t most = view.same ? first.n * second.n / 2 : first.n * second.n;
        triplets.masks = arena_.take<std::uint16_t>(first.n * (second.n / kernel_.width + 2));
        triplets.dot = take(most);
        triplets.inverse = take(most);
        if (view.narrow) {
            triplets.squares = take(most);
            triplets.cutoff = take(most);
            if (view.shifted) triplets.distances = take(most);
        }
        kernel_.list_triplets(view, first, second, triplets);
        if (view.narrow) triplets.cutoff_ratio = take(triplets.n);
        if (view.narrow && view.shifted) triplets.r_jk = take(triplets.n);
        triplets.stride = stride(triplets.n);
        triplets.terms = arena_.take<Real>(triplets.stride * view.n_exponents);
        return triplets;
    }

    void radial_backward(const RadialGroup& group, const Real* terms, const double* weights) {
        const StageTimer timer(Stage::radial);
        Shell& shell = shells_[group.shell];
        kernel_.radial_backward(group.terms.data(), group.terms.size(), terms, stride(shell.n), weights, take(shell.n),
                                shell);
    }

    void angular_backward(const AngularGroup& group, const Triplets& triplets, const double* weights) {
        const auto [first, second] = rows_of(group);
        const kernels::AngularGroup view = group.view();
        const StageTimer timer(Stage::angular_backward);
        const Arena::Mark before = arena_.mark();
        kernel_.angular_backward(view, triplets, weights, take_scratch(view, triplets.n), *first, *second);
        arena_.release(before);
    }

    void moments_backward(const MomentPlan& plan, const double* weights) {
        const StageTimer timer(Stage::angular_backward);
        moments_.backward(plan, shells_, arena_, weights);
    }

    ShellTangent take_tangent(std::size_t n) {
        ShellTangent tangent;
        for (Real** array : {&tangent.x, &tangent.y, &tangent.z, &tangent.along, &tangent.distance, &tangent.stretch,
                             &tangent.log_cutoff}) {
            *array = take(n);
        }
        return tangent;
    }

    void radial_tangent(const RadialGroup& group, const Real* terms, double* changes) {
        const Shell& shell = shells_[group.shell];
        kernel_.radial_tangent(group.terms.data(), group.terms.size(), terms, stride(shell.n), shell,
                               tangents_[group.shell], take(shell.n), changes);
    }

    void angular_tangent(const AngularGroup& group, const Triplets& triplets, double* changes) {
        const auto [first, second] = rows_of(group);
        const kernels::AngularGroup view = group.view();
        const Arena::Mark before = arena_.mark();
        kernel_.angular_tangent(view, triplets, with_tangent(first), with_tangent(second),
                                take_scratch(view, triplets.n), changes);
        arena_.release(before);
    }

    kernels::ShellAndTangent<Real> with_tangent(const Shell* shell) const {
        return {*shell, tangents_[static_cast<std::size_t>(shell - shells_.data())]};
    }

    void add_shells(double* gx, double* gy, double* gz) const {
        const StageTimer timer(Stage::forces);
        for (double* component : {gx, gy, gz}) std::fill_n(component, n_neighbors_, 0.0);
        for (const Shell& shell : shells_) {
            for (std::size_t i = 0; i < shell.n; ++i) {
                gx[shell.pair[i]] += static_cast<double>(shell.gx[i]);
                gy[shell.pair[i]] += static_cast<double>(shell.gy[i]);
                gz[shell.pair[i]] += static_cast<double>(shell.gz[i]);
            }
        }
    }

    const kernels::Kernels<Real>& kernel_ = kernels::best<Real>();
    Arena arena_;
    std::size_t n_neighbors_ = 0;
    std::vector<Shell> shells_;
    std::vector<ShellTangent> tangents_;  ///< per shell
    std::vector<Real*> radial_terms_;     ///< per radial group
    std::vector<Triplets> triplets_;      ///< per angular group
    MomentSweep<Real> moments_;
};

}  // namespace nnpot
