#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "arena.hpp"
#include "kernels/moment_kernels.hpp"
#include "moment_plan.hpp"

namespace nnpot {

/// The sweeps over the moments of one center, in one precision of the shells.
template <typename Real>
class MomentSweep {
public:
    void forward(const MomentPlan& plan, const std::vector<kernels::Shell<Real>>& shells, Arena& arena,
                 double* values) {
        moments_.clear();
        for (const MomentShell& shell : plan.shells) moments_.push_back(fill(shell, shells[shell.shell], arena));
        for (const kernels::MomentProduct& product : plan.products) kernel_.multiply(product, moments_.data(), values);
    }

    void backward(const MomentPlan& plan, std::vector<kernels::Shell<Real>>& shells, Arena& arena,
                  const double* weights) {
        take_slopes(arena);
        counts_.assign(n_parts_, false);
        for (const kernels::MomentProduct& product : plan.products) {
            if (!kernel_.add_slopes(product, moments_.data(), weights, slopes_.data())) continue;
            counts_[first_parts_[product.first] + product.first_part] = true;
            counts_[first_parts_[product.second] + product.second_part] = true;
        }
        for (std::size_t s = 0; s < moments_.size(); ++s) {
            list_counting(s, arena);
            kernel_.go_back(moments_[s], slopes_[s], shells[plan.shells[s].shell]);
        }
    }

    void tangent(const MomentPlan& plan, const std::vector<kernels::ShellTangent<Real>>& tangents, Arena& arena,
                 double* changes) {
        take_slopes(arena);
        for (std::size_t s = 0; s < moments_.size(); ++s) {
            const kernels::Moments& moments = moments_[s];
            const Arena::Mark before = arena.mark();
            const std::size_t n_rows = 2 * moments.n_rows + moments.n_parts + 1;
            kernel_.fill_tangent(moments, tangents[plan.shells[s].shell], arena.take<double>(n_rows * moments.stride),
                                 slopes_[s]);
            arena.release(before);
        }
        for (const kernels::MomentProduct& product : plan.products) {
            kernel_.multiply_tangent(product, moments_.data(), slopes_.data(), changes);
        }
    }

private:
    static constexpr std::size_t alignment = 16;  ///< numbers; at least a vector of any precision

    kernels::Moments fill(const MomentShell& from, const kernels::Shell<Real>& shell, Arena& arena) const {
        kernels::Moments moments;
        moments.parts = from.parts.data();
        moments.n_parts = from.parts.size();
        moments.degree = from.parts.front().degree;
        moments.n_rows = kernels::n_rows_of(moments.degree);
        moments.stride = (shell.n + alignment - 1) / alignment * alignment;
        for (double** array : {&moments.x, &moments.y, &moments.z, &moments.inverse_r}) {
            *array = arena.take<double>(moments.stride);
        }
        for (double** array : {&moments.values, &moments.slopes}) {
            *array = arena.take<double>(moments.n_parts * moments.stride);
        }
        moments.sums = arena.take<double>(moments.n_parts * moments.n_rows);
        moments.squares = arena.take<double>(moments.n_parts);
        const Arena::Mark before = arena.mark();
        kernel_.fill(shell, arena.take<double>(moments.n_rows * moments.stride), moments);
        arena.release(before);
        return moments;
    }

    /// Zeros for all slopes, in one piece.
    void take_slopes(Arena& arena) {
        std::size_t n = 0;
        n_parts_ = 0;
        for (const kernels::Moments& moments : moments_) {
            n += moments.n_parts * (moments.n_rows + 1);
            n_parts_ += moments.n_parts;
        }
        double* next = arena.take_zeros<double>(n);
        slopes_.resize(moments_.size());
        first_parts_.resize(moments_.size());
        std::size_t first_part = 0;
        for (std::size_t s = 0; s < moments_.size(); ++s) {
            const kernels::Moments& moments = moments_[s];
            slopes_[s] = {next, next + moments.n_parts * moments.n_rows, nullptr, 0};
            next = slopes_[s].of_squares + moments.n_parts;
            first_parts_[s] = first_part;
            first_part += moments.n_parts;
        }
    }

    void list_counting(std::size_t s, Arena& arena) {
        kernels::MomentSlopes& slopes = slopes_[s];
        auto* const counting = arena.take<std::size_t>(moments_[s].n_parts);
        for (std::size_t p = 0; p < moments_[s].n_parts; ++p) {
            if (counts_[first_parts_[s] + p]) counting[slopes.n_counting++] = p;
        }
        slopes.counting = counting;
    }

    const kernels::MomentKernels<Real>& kernel_ = kernels::best_moments<Real>();
    std::vector<kernels::Moments> moments_;      ///< per shell of moments
    std::vector<kernels::MomentSlopes> slopes_;  ///< per shell of moments
    std::vector<std::size_t> first_parts_;       ///< number of the first part of each among all parts
    std::size_t n_parts_ = 0;
    std::vector<bool> counts_;  ///< which parts have slopes
};

}  // namespace nnpot
