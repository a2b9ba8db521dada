#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "real.hpp"

#ifdef __AVX2__
#include <immintrin.h>
#endif

// Vectors of Real as wide as the instruction set has them. Arithmetic is the compiler's own; what it cannot
// express (square root, stream compaction) is written per instruction set, with a portable version beside it.
// Everything has internal linkage: this is compiled several times, and the linker must not choose one for all.
namespace nnpot::kernels {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t vector_bytes = 64;
#elif defined(__AVX2__)
constexpr std::size_t vector_bytes = 32;
#else
constexpr std::size_t vector_bytes = 16;
#endif
constexpr std::size_t width = vector_bytes / sizeof(Real);

#ifdef NNPOT_SINGLE
using Integer = std::int32_t;
#else
using Integer = std::int64_t;
#endif

#define NNPOT_INLINE inline __attribute__((always_inline))

typedef Real NativeReal __attribute__((vector_size(vector_bytes)));
typedef Integer NativeInteger __attribute__((vector_size(vector_bytes)));
typedef Real UnalignedReal __attribute__((vector_size(vector_bytes), aligned(alignof(Real))));

/// As many numbers as fit into a vector. Converts from one number, which then stands in every lane.
struct Pack {
    NativeReal native;

    Pack() = default;
    NNPOT_INLINE Pack(NativeReal values) : native(values) {}
    NNPOT_INLINE Pack(double value) : native(NativeReal{} + static_cast<Real>(value)) {}
};

NNPOT_INLINE Pack operator+(Pack a, Pack b) { return a.native + b.native; }
NNPOT_INLINE Pack operator-(Pack a, Pack b) { return a.native - b.native; }
NNPOT_INLINE Pack operator*(Pack a, Pack b) { return a.native * b.native; }
NNPOT_INLINE Pack operator/(Pack a, Pack b) { return a.native / b.native; }
NNPOT_INLINE Pack operator-(Pack a) { return -a.native; }
NNPOT_INLINE Pack& operator+=(Pack& a, Pack b) { return a = a + b; }
NNPOT_INLINE NativeInteger operator<(Pack a, Pack b) { return a.native < b.native; }
NNPOT_INLINE NativeInteger operator>(Pack a, Pack b) { return a.native > b.native; }
NNPOT_INLINE NativeInteger operator>=(Pack a, Pack b) { return a.native >= b.native; }
NNPOT_INLINE Pack select(NativeInteger condition, Pack a, Pack b) { return condition ? a.native : b.native; }

/// @p b where one of them is NaN.
NNPOT_INLINE Pack larger(Pack a, Pack b) {
#if defined(__AVX2__) && !defined(__AVX512F__) && defined(NNPOT_SINGLE)
    return NativeReal(_mm256_max_ps(a.native, b.native));
#elif defined(__AVX2__) && !defined(__AVX512F__)
    return NativeReal(_mm256_max_pd(a.native, b.native));
#else
    return select(a > b, a, b);
#endif
}

/// @p b where one of them is NaN.
NNPOT_INLINE Pack smaller(Pack a, Pack b) {
#if defined(__AVX2__) && !defined(__AVX512F__) && defined(NNPOT_SINGLE)
    return NativeReal(_mm256_min_ps(a.native, b.native));
#elif defined(__AVX2__) && !defined(__AVX512F__)
    return NativeReal(_mm256_min_pd(a.native, b.native));
#else
    return select(a < b, a, b);
#endif
}

NNPOT_INLINE Pack load(const Real* from) { return NativeReal(*reinterpret_cast<const UnalignedReal*>(from)); }
NNPOT_INLINE void store(Real* to, Pack values) { *reinterpret_cast<UnalignedReal*>(to) = values.native; }

NNPOT_INLINE double sum(Pack values) {
    double total = 0.0;
    for (std::size_t lane = 0; lane < width; ++lane) total += static_cast<double>(values.native[lane]);
    return total;
}

/// One bit per lane.
NNPOT_INLINE unsigned bits(NativeInteger condition) {
#if defined(__AVX512F__) && defined(NNPOT_SINGLE)
    return _mm512_movepi32_mask(reinterpret_cast<__m512i>(condition));
#elif defined(__AVX512F__)
    return _mm512_movepi64_mask(reinterpret_cast<__m512i>(condition));
#elif defined(__AVX2__) && defined(NNPOT_SINGLE)
    return static_cast<unsigned>(_mm256_movemask_ps(reinterpret_cast<__m256>(condition)));
#elif defined(__AVX2__)
    return static_cast<unsigned>(_mm256_movemask_pd(reinterpret_cast<__m256d>(condition)));
#else
    unsigned result = 0;
    for (std::size_t lane = 0; lane < width; ++lane) result |= (condition[lane] != 0 ? 1u : 0u) << lane;
    return result;
#endif
}

NNPOT_INLINE Pack square_root(Pack a) {
#if defined(__AVX512F__) && defined(NNPOT_SINGLE)
    return NativeReal(_mm512_sqrt_ps(a.native));
#elif defined(__AVX512F__)
    return NativeReal(_mm512_sqrt_pd(a.native));
#elif defined(__AVX2__) && defined(NNPOT_SINGLE)
    return NativeReal(_mm256_sqrt_ps(a.native));
#elif defined(__AVX2__)
    return NativeReal(_mm256_sqrt_pd(a.native));
#else
    for (std::size_t lane = 0; lane < width; ++lane) a.native[lane] = std::sqrt(a.native[lane]);
    return a;
#endif
}

#if defined(__AVX2__) && !defined(__AVX512F__)
/// For each mask: which 32-bit parts of a vector come to its front (compress), or where its front goes (expand).
struct PermutationTable {
    static constexpr unsigned n_masks = 1u << width;
    static constexpr unsigned parts = sizeof(Real) / 4;
    alignas(32) std::uint8_t compress[n_masks][8] = {};
    alignas(32) std::uint8_t expand[n_masks][8] = {};

    constexpr PermutationTable() {
        for (unsigned mask = 0; mask < n_masks; ++mask) {
            unsigned n = 0;
            for (unsigned lane = 0; lane < width; ++lane) {
                if ((mask >> lane & 1u) == 0) continue;
                for (unsigned part = 0; part < parts; ++part) {
                    compress[mask][n * parts + part] = static_cast<std::uint8_t>(lane * parts + part);
                    expand[mask][lane * parts + part] = static_cast<std::uint8_t>(n * parts + part);
                }
                ++n;
            }
        }
    }
};
constexpr PermutationTable permutations;

NNPOT_INLINE __m256i permutation(const std::uint8_t (&bytes)[8]) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes)));
}

NNPOT_INLINE Pack permuted(Pack values, __m256i order) {
    return reinterpret_cast<NativeReal>(_mm256_permutevar8x32_epi32(reinterpret_cast<__m256i>(values.native), order));
}
#endif

/// Writes those lanes whose bit is set one after the other; may write a whole vector.
class Compressor {
public:
#if defined(__AVX512F__) && defined(NNPOT_SINGLE)
    NNPOT_INLINE explicit Compressor(unsigned mask) : mask_(static_cast<__mmask16>(mask)) {}
    NNPOT_INLINE void store_to(Real* to, Pack v) const {
        store(to, NativeReal(_mm512_maskz_compress_ps(mask_, v.native)));
    }

private:
    __mmask16 mask_;
#elif defined(__AVX512F__)
    NNPOT_INLINE explicit Compressor(unsigned mask) : mask_(static_cast<__mmask8>(mask)) {}
    NNPOT_INLINE void store_to(Real* to, Pack v) const {
        store(to, NativeReal(_mm512_maskz_compress_pd(mask_, v.native)));
    }

private:
    __mmask8 mask_;
#elif defined(__AVX2__)
    NNPOT_INLINE explicit Compressor(unsigned mask) : order_(permutation(permutations.compress[mask])) {}
    NNPOT_INLINE void store_to(Real* to, Pack v) const { store(to, permuted(v, order_)); }

private:
    __m256i order_;
#else
    NNPOT_INLINE explicit Compressor(unsigned mask) : mask_(mask) {}
    NNPOT_INLINE void store_to(Real* to, Pack v) const {
        for (std::size_t lane = 0; lane < width; ++lane) {
            *to = v.native[lane];
            to += mask_ >> lane & 1u;
        }
    }

private:
    unsigned mask_;
#endif
};

/// The opposite: the next numbers go to the lanes whose bit is set, the other lanes are 0.
class Expander {
public:
#if defined(__AVX512F__) && defined(NNPOT_SINGLE)
    NNPOT_INLINE explicit Expander(unsigned mask) : mask_(static_cast<__mmask16>(mask)) {}
    NNPOT_INLINE Pack load_from(const Real* from) const {
        return NativeReal(_mm512_maskz_expand_ps(mask_, load(from).native));
    }

private:
    __mmask16 mask_;
#elif defined(__AVX512F__)
    NNPOT_INLINE explicit Expander(unsigned mask) : mask_(static_cast<__mmask8>(mask)) {}
    NNPOT_INLINE Pack load_from(const Real* from) const {
        return NativeReal(_mm512_maskz_expand_pd(mask_, load(from).native));
    }

private:
    __mmask8 mask_;
#elif defined(__AVX2__)
    NNPOT_INLINE explicit Expander(unsigned mask) : order_(permutation(permutations.expand[mask])) {
        const NativeInteger lanes = lane_bits();
        const NativeInteger chosen = (NativeInteger{} + static_cast<Integer>(mask)) & lanes;
        counts_ = chosen == lanes;
    }
    NNPOT_INLINE Pack load_from(const Real* from) const {
        const NativeInteger values = reinterpret_cast<NativeInteger>(permuted(load(from), order_).native);
        return reinterpret_cast<NativeReal>(values & counts_);
    }

private:
    static NNPOT_INLINE NativeInteger lane_bits() {
        NativeInteger lanes{};
        for (std::size_t lane = 0; lane < width; ++lane) lanes[lane] = Integer{1} << lane;
        return lanes;
    }

    __m256i order_;
    NativeInteger counts_;
#else
    NNPOT_INLINE explicit Expander(unsigned mask) : mask_(mask) {}
    NNPOT_INLINE Pack load_from(const Real* from) const {
        Pack result(0.0);
        for (std::size_t lane = 0; lane < width; ++lane) {
            const unsigned bit = mask_ >> lane & 1u;
            result.native[lane] = bit != 0 ? *from : Real(0);
            from += bit;
        }
        return result;
    }

private:
    unsigned mask_;
#endif
};

NNPOT_INLINE std::size_t count_bits(unsigned mask) { return static_cast<std::size_t>(__builtin_popcount(mask)); }

/// n rounded up to whole vectors.
NNPOT_INLINE std::size_t whole_vectors(std::size_t n) { return (n + width - 1) / width * width; }

}  // namespace
}  // namespace nnpot::kernels
