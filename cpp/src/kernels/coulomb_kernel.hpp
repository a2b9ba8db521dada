#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// The vectorised loop under the part of Ewald sums in real space, compiled once per instruction set, in double.
namespace nnpot::kernels {

/// Four numbers that one load brings: a place or a vector (Å), and a charge (e); or a force, and nothing.
struct alignas(32) ChargedPoint {
    double x, y, z, charge;
};

/// The energy of two unit charges, factor · erfc(α r)/r, as a function of s = r² in pieces: polynomials of the fifth
/// degree that have the function's value and its first two derivatives at both ends. The force is the derivative of
/// the pieces, so that energy is conserved; to 1e-10 of either. No root, no exponential, no division is left to do.
class ScreenedCoulomb {
public:
    /// @param factor  energy · Å / e²  @param alpha  1/Å  @param cutoff  Å
    ScreenedCoulomb(double factor, double alpha, double cutoff);

    double cutoff_squared() const noexcept { return cutoff_squared_; }

    /// The pieces are 64 to each power of 2 in s: exponent and first bits of s as a double are their number.
    static constexpr int bits_below = 46;
    static constexpr double smallest = 0x1p-40;  ///< Å² (1e-6 Å); no s may be smaller

    struct alignas(64) Piece {
        double coefficients[6], unused[2];  ///< of powers of s less the beginning of the piece
    };

    /// Of which the number of s is the place.
    const Piece* pieces() const noexcept { return pieces_.data() - first_; }

private:
    double cutoff_squared_;
    std::int64_t first_;
    std::vector<Piece> pieces_;
};

/// One center, and those that may be its neighbors.
struct ChargedNeighborhood {
    const ChargedPoint* points;  ///< of all atoms
    int center;
    const int* candidates;
    std::size_t n_candidates;
    int index_mask;  ///< the bits of a candidate that are its index
};

/// The neighbors that are within the cutoff. The arrays have room for all candidates, and for 4 more.
struct ChargedPairs {
    ChargedPoint* vectors;  ///< from the center to the neighbor, with the charge of the neighbor
    int* indices;
    double* squared;            ///< Å²
    double *energies, *slopes;  ///< the force on the neighbor is the slope times the vector
};

struct CoulombSum {
    std::size_t n_pairs;
    double energy;
};

/// Replaces @p pairs, and adds to @p forces of all atoms, whose fourth number means nothing.
using CoulombKernel = CoulombSum (*)(const ScreenedCoulomb& law, const ChargedNeighborhood& around,
                                     const ChargedPairs& pairs, ChargedPoint* forces);

/// The fastest that this processor runs, or what NNPOT_INSTRUCTION_SET names.
CoulombKernel best_coulomb();

}  // namespace nnpot::kernels
