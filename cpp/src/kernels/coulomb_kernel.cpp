// Compiled once per instruction set (cpp/CMakeLists.txt), NNPOT_VARIANT is set to its name.
#include "coulomb_kernel.hpp"

#include <algorithm>

namespace nnpot::kernels {
namespace {

constexpr std::size_t width = 4;
typedef double Quad __attribute__((vector_size(32), may_alias));
typedef double UnalignedQuad __attribute__((vector_size(32), may_alias, aligned(8)));
typedef std::int64_t Bits __attribute__((vector_size(32)));

#define NNPOT_INLINE inline __attribute__((always_inline))

NNPOT_INLINE Quad& quad(ChargedPoint& point) { return reinterpret_cast<Quad&>(point); }
NNPOT_INLINE const Quad& quad(const ChargedPoint& point) { return reinterpret_cast<const Quad&>(point); }
NNPOT_INLINE Quad load(const double* from) { return *reinterpret_cast<const UnalignedQuad*>(from); }
NNPOT_INLINE void store(double* to, Quad values) { *reinterpret_cast<UnalignedQuad*>(to) = values; }

// Structures go by value here: what is written through a pointer might be a part of any that is referred to.

/// Every candidate is written to the next free place, and the place is kept if the candidate is near: no branch that
/// the processor would have to guess.
NNPOT_INLINE std::size_t select_near(double cutoff_squared, ChargedNeighborhood around, ChargedPairs pairs) {
    Quad center = quad(around.points[around.center]);
    center[3] = 0.0;
    std::size_t n = 0;
    for (std::size_t c = 0; c < around.n_candidates; ++c) {
        const int j = around.candidates[c] & around.index_mask;
        const Quad vector = quad(around.points[j]) - center;
        const Quad squares = vector * vector;
        const double squared = squares[0] + squares[1] + squares[2];
        quad(pairs.vectors[n]) = vector;
        pairs.indices[n] = j;
        pairs.squared[n] = squared;
        n += static_cast<std::size_t>(squared < cutoff_squared);
    }
    return n;
}

NNPOT_INLINE const double* piece_of(const ScreenedCoulomb::Piece* pieces, std::int64_t bits) {
    return pieces[bits >> ScreenedCoulomb::bits_below].coefficients;
}

/// Energies and slopes of the first @p n pairs of a center with @p charge.
NNPOT_INLINE double evaluate(const ScreenedCoulomb& law, double charge, std::size_t n, ChargedPairs pairs) {
    constexpr std::int64_t of_piece = -1 - ((std::int64_t{1} << ScreenedCoulomb::bits_below) - 1);
    const ScreenedCoulomb::Piece* const pieces = law.pieces();
    std::fill_n(pairs.squared + n, width, 1.0);  // so that the last vector is a whole one
    std::fill_n(pairs.vectors + n, width, ChargedPoint{0.0, 0.0, 0.0, 0.0});
    Quad sums = {0.0, 0.0, 0.0, 0.0};
    for (std::size_t i = 0; i < n; i += width) {
        const Quad given = load(pairs.squared + i), smallest = sums * 0.0 + ScreenedCoulomb::smallest;
        const Quad squared = given > smallest ? given : smallest;
        const Bits bits = reinterpret_cast<Bits>(squared);
        const Quad t = squared - reinterpret_cast<Quad>(bits & of_piece);
        const double *const a = piece_of(pieces, bits[0]), *const b = piece_of(pieces, bits[1]),
                            *const c = piece_of(pieces, bits[2]), *const d = piece_of(pieces, bits[3]);
        Quad value = {a[5], b[5], c[5], d[5]}, slope = {0.0, 0.0, 0.0, 0.0};
        for (std::size_t k = 5; k-- > 0;) {
            slope = slope * t + value;
            value = value * t + Quad{a[k], b[k], c[k], d[k]};
        }
        const ChargedPoint* const v = pairs.vectors + i;
        const Quad product = charge * Quad{v[0].charge, v[1].charge, v[2].charge, v[3].charge};
        const Quad energy = product * value;
        sums += energy;
        store(pairs.energies + i, energy);
        store(pairs.slopes + i, -2.0 * product * slope);
    }
    return sums[0] + sums[1] + sums[2] + sums[3];
}

NNPOT_INLINE void add_forces(int center, std::size_t n, ChargedPairs pairs, ChargedPoint* forces) {
    Quad total = {0.0, 0.0, 0.0, 0.0};
    for (std::size_t p = 0; p < n; ++p) {
        const Quad force = pairs.slopes[p] * quad(pairs.vectors[p]);
        quad(forces[pairs.indices[p]]) += force;
        total += force;
    }
    quad(forces[center]) -= total;
}

}  // namespace

namespace NNPOT_VARIANT {

CoulombSum coulomb(const ScreenedCoulomb& law, const ChargedNeighborhood& around, const ChargedPairs& pairs,
                   ChargedPoint* forces);

CoulombSum coulomb(const ScreenedCoulomb& law, const ChargedNeighborhood& around, const ChargedPairs& pairs,
                   ChargedPoint* forces) {
    const std::size_t n = select_near(law.cutoff_squared(), around, pairs);
    const double energy = evaluate(law, around.points[around.center].charge, n, pairs);
    add_forces(around.center, n, pairs, forces);
    return {n, energy};
}

}  // namespace NNPOT_VARIANT

}  // namespace nnpot::kernels
