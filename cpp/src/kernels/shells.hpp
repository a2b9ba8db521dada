#pragma once

#include "cutoff.hpp"
#include "libm_kernels.hpp"

// Neighbors of one element, and the radial functions over them.
namespace nnpot::kernels {
namespace {

/// Where padding lies: so far away that no triplet with it counts, and near enough for finite squares.
constexpr Real far_away = Real(1e15);

/// Copies those neighbors within the radius that are of one element, or of any; returns their number.
template <bool of_any_element>
std::size_t gather_neighbors(const double* dx, const double* dy, const double* dz, const int* atomic_numbers,
                             std::size_t n_neighbors, int atomic_number, double radius, Shell<Real>& shell) {
    const double radius_squared = radius * radius;
    std::size_t n = 0;
    for (std::size_t i = 0; i < n_neighbors; ++i) {
        const double squared = dx[i] * dx[i] + dy[i] * dy[i] + dz[i] * dz[i];
        shell.pair[n] = static_cast<int>(i);
        shell.x[n] = static_cast<Real>(dx[i]);
        shell.y[n] = static_cast<Real>(dy[i]);
        shell.z[n] = static_cast<Real>(dz[i]);
        shell.r_squared[n] = static_cast<Real>(squared);
        const bool wanted = of_any_element || atomic_numbers[i] == atomic_number;
        n += static_cast<std::size_t>(wanted & (squared < radius_squared));
    }
    return n;
}

void pad_shell(Shell<Real>& shell) {
    for (std::size_t i = shell.n; i < whole_vectors(shell.n); ++i) {
        shell.pair[i] = 0;
        shell.x[i] = shell.y[i] = shell.z[i] = far_away;
        shell.r_squared[i] = Real(3) * far_away * far_away;
    }
}

void fill_cutoffs(const CutoffParameters& cutoff, Shell<Real>& shell) {
    with_cutoff(cutoff, [&](const auto& function) {
        for (std::size_t i = 0; i < shell.n; i += width) {
            const Pack r = square_root(load(shell.r_squared + i));
            const CoreValue<Pack> f = value_and_ratio(function(r), r);
            store(shell.r + i, r);
            store(shell.inverse_r + i, Pack(1.0) / r);
            store(shell.cutoff + i, f.value);
            store(shell.cutoff_ratio + i, f.slope);
        }
    });
    for (std::size_t i = shell.n; i < whole_vectors(shell.n); ++i) shell.cutoff[i] = shell.cutoff_ratio[i] = Real(0);
}

void fill_shell(const double* dx, const double* dy, const double* dz, const int* atomic_numbers,
                std::size_t n_neighbors, int atomic_number, const CutoffParameters& cutoff, Shell<Real>& shell) {
    const bool weighted = atomic_number == 0;
    const auto gather = weighted ? gather_neighbors<true> : gather_neighbors<false>;
    shell.n = gather(dx, dy, dz, atomic_numbers, n_neighbors, atomic_number, cutoff.radius, shell);
    pad_shell(shell);
    fill_cutoffs(cutoff, shell);
    if (!weighted) return;
    for (std::size_t i = 0; i < shell.n; ++i) shell.cutoff[i] *= static_cast<Real>(atomic_numbers[shell.pair[i]]);
}

double gaussian_terms(const RadialTerm& radial, const Shell<Real>& shell, Real* terms) {
    const Pack minus_eta(-radial.eta), r_shift(radial.r_shift);
    Pack total(0.0);
    for (std::size_t i = 0; i < shell.n; i += width) {
        const Pack d = load(shell.r + i) - r_shift;
        const Pack term = PackMath::exp(minus_eta * d * d) * load(shell.cutoff + i);
        store(terms + i, term);
        total += term;
    }
    return sum(total);
}

void radial_forward(const RadialTerm* radial, std::size_t n_terms, const Shell<Real>& shell, Real* terms,
                    std::size_t stride, double* values) {
    for (std::size_t t = 0; t < n_terms; ++t) {
        values[radial[t].index] = radial[t].damped_cosine ? damped_cosine_sum(radial[t].kappa, shell)
                                                          : gaussian_terms(radial[t], shell, terms + t * stride);
    }
}

/// With S = sum of the weighted terms, S_eta = sum of eta times them and S_shift = sum of eta r_shift times them, the
/// slope divided by r is S f_c'/(f_c r) − 2 S_eta + 2 S_shift / r.
void gaussian_slopes(const RadialTerm* radial, std::size_t n_terms, const Real* terms, std::size_t stride,
                     const double* weights, const Shell<Real>& shell, Real* slopes) {
    for (std::size_t i = 0; i < shell.n; i += width) {
        Pack plain(0.0), of_eta(0.0), of_shift(0.0);
        for (std::size_t t = 0; t < n_terms; ++t) {
            if (radial[t].damped_cosine) continue;
            const Pack term = Pack(weights[radial[t].index]) * load(terms + t * stride + i);
            const Pack with_eta = Pack(radial[t].eta) * term;
            plain += term;
            of_eta += with_eta;
            of_shift += Pack(radial[t].r_shift) * with_eta;
        }
        store(slopes + i,
              plain * load(shell.cutoff_ratio + i) + Pack(2.0) * (of_shift * load(shell.inverse_r + i) - of_eta));
    }
}

void radial_backward(const RadialTerm* radial, std::size_t n_terms, const Real* terms, std::size_t stride,
                     const double* weights, Real* slopes, Shell<Real>& shell) {
    gaussian_slopes(radial, n_terms, terms, stride, weights, shell, slopes);
    for (std::size_t t = 0; t < n_terms; ++t) {
        if (radial[t].damped_cosine) add_damped_cosine_slopes(radial[t].kappa, weights[radial[t].index], shell, slopes);
    }
    for (std::size_t i = 0; i < shell.n; i += width) {
        const Pack slope = load(slopes + i);
        store(shell.gx + i, load(shell.gx + i) + slope * load(shell.x + i));
        store(shell.gy + i, load(shell.gy + i) + slope * load(shell.y + i));
        store(shell.gz + i, load(shell.gz + i) + slope * load(shell.z + i));
    }
}

}  // namespace
}  // namespace nnpot::kernels
