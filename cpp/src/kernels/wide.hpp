#pragma once

#include "pack.hpp"

// Vectors of double in kernels of either precision.
namespace nnpot::kernels {
namespace {

constexpr std::size_t lanes = vector_bytes / sizeof(double);

typedef double Wide __attribute__((vector_size(vector_bytes)));
typedef double UnalignedWide __attribute__((vector_size(vector_bytes), aligned(alignof(double))));

NNPOT_INLINE Wide wide(double value) { return Wide{} + value; }
NNPOT_INLINE Wide load_wide(const double* from) { return *reinterpret_cast<const UnalignedWide*>(from); }
NNPOT_INLINE void store_wide(double* to, Wide values) { *reinterpret_cast<UnalignedWide*>(to) = values; }

#ifdef NNPOT_SINGLE
typedef Real HalfPack __attribute__((vector_size(vector_bytes / 2)));
typedef Real UnalignedHalfPack __attribute__((vector_size(vector_bytes / 2), aligned(alignof(Real))));

NNPOT_INLINE Wide load_wide(const Real* from) {
    return __builtin_convertvector(HalfPack(*reinterpret_cast<const UnalignedHalfPack*>(from)), Wide);
}
NNPOT_INLINE void store_wide(Real* to, Wide values) {
    *reinterpret_cast<UnalignedHalfPack*>(to) = __builtin_convertvector(values, HalfPack);
}
/// All numbers of @p values as double.
NNPOT_INLINE void store_as_double(double* to, Pack values) {
    alignas(vector_bytes) Real numbers[width];
    store(numbers, values);
    store_wide(to, load_wide(numbers));
    store_wide(to + lanes, load_wide(numbers + lanes));
}
#else
NNPOT_INLINE void store_as_double(double* to, Pack values) { store(to, values); }
#endif

#if defined(__clang__) || __GNUC__ >= 12
#define NNPOT_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef std::int64_t LaneNumbers __attribute__((vector_size(vector_bytes)));
#define NNPOT_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, LaneNumbers{__VA_ARGS__})
#endif

/// As many sums over lanes as there are lanes, one after the other.
NNPOT_INLINE Wide sum_each(const Wide (&v)[lanes]) {
#if defined(__AVX512F__)
    Wide halves[4], quarters[2];
    for (std::size_t i = 0; i < 4; ++i) {
        halves[i] = NNPOT_SHUFFLE(v[i], v[i + 4], 0, 1, 2, 3, 8, 9, 10, 11) +
                    NNPOT_SHUFFLE(v[i], v[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
    for (std::size_t i = 0; i < 2; ++i) {
        quarters[i] = NNPOT_SHUFFLE(halves[i], halves[i + 2], 0, 1, 8, 9, 4, 5, 12, 13) +
                      NNPOT_SHUFFLE(halves[i], halves[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    return NNPOT_SHUFFLE(quarters[0], quarters[1], 0, 8, 2, 10, 4, 12, 6, 14) +
           NNPOT_SHUFFLE(quarters[0], quarters[1], 1, 9, 3, 11, 5, 13, 7, 15);
#elif defined(__AVX2__)
    Wide halves[2];
    for (std::size_t i = 0; i < 2; ++i) {
        halves[i] = NNPOT_SHUFFLE(v[i], v[i + 2], 0, 1, 4, 5) + NNPOT_SHUFFLE(v[i], v[i + 2], 2, 3, 6, 7);
    }
    return NNPOT_SHUFFLE(halves[0], halves[1], 0, 4, 2, 6) + NNPOT_SHUFFLE(halves[0], halves[1], 1, 5, 3, 7);
#else
    return NNPOT_SHUFFLE(v[0], v[1], 0, 2) + NNPOT_SHUFFLE(v[0], v[1], 1, 3);
#endif
}

NNPOT_INLINE double sum_of(Wide values) {
    double total = 0.0;
    for (std::size_t lane = 0; lane < lanes; ++lane) total += values[lane];
    return total;
}

}  // namespace
}  // namespace nnpot::kernels
