#pragma once

#include <cmath>
#include <cstddef>

#include "symmetry_kernels.hpp"
#include "symmetry_kernels_cutoff.hpp"

// Compact functions of the angle over triplets, a part of symmetry_kernels.cpp: internal linkage as there.
namespace nnpot::kernels {
namespace {

void triplet_angles(Triplets& triplets) {
    constexpr double largest_cosine = 1.0 - 1e-14;
    constexpr double outside = -1000.0;
#pragma omp simd
    for (std::size_t t = 0; t < triplets.n; ++t) {
        const double cosine = triplets.cosine[t];
        const bool counts = (cosine < largest_cosine) & (cosine > -largest_cosine);
        const double safe = counts ? cosine : 0.0;
        triplets.angle[t] = counts ? std::acos(safe) : outside;
        triplets.inverse_sine[t] = 1.0 / std::sqrt((1.0 - safe) * (1.0 + safe));
    }
}

void triplet_windows(const Triplets& triplets, const Window& window, double* value, double* slope) {
    const double low = window.low, high = window.high;
    const double inverse_half_width = 2.0 / (high - low);
    for_core(window.core, [=](auto core) {
#pragma omp simd
        for (std::size_t t = 0; t < triplets.n; ++t) {
            const ValueAndSlope f =
                compact_function<decltype(core)::value, false>(triplets.angle[t], low, high, inverse_half_width);
            value[t] = f.value;
            slope[t] = -f.slope * triplets.inverse_sine[t];
        }
    });
}

double dot(std::size_t n, const double* a, const double* b) {
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t t = 0; t < n; ++t) sum += a[t] * b[t];
    return sum;
}

void add_weighted_windows(std::size_t n, double weight, const double* value, const double* slope, double* s0,
                          double* s1) {
#pragma omp simd
    for (std::size_t t = 0; t < n; ++t) {
        s0[t] += weight * value[t];
        s1[t] += weight * slope[t];
    }
}

}  // namespace
}  // namespace nnpot::kernels
