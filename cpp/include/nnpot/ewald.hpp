#pragma once

#include <armadillo>
#include <vector>

#include "nnpot/structure.hpp"
#include "nnpot/units.hpp"

namespace nnpot {

/// How the Coulomb energy of a periodic system is shared out between near and far: a Gaussian of width 1/(√2 α) around
/// each charge is summed in reciprocal space, the rest, erfc(α r)/r, in real space. The total does not depend on α.
struct EwaldSplit {
    double alpha;              ///< 1/Å
    double real_cutoff;        ///< Å
    double reciprocal_cutoff;  ///< 1/Å, of |k|

    /// Cutoffs at which the factors exp(−α² r²) and exp(−k²/4α²) have fallen to @p accuracy.
    /// @throws InvalidInput unless alpha > 0 and 0 < accuracy < 1
    static EwaldSplit with_accuracy(double alpha, double accuracy);
};

/// Which atoms share a charge: that of atom i is weights(i) times the charge of its kind.
struct ChargeKinds {
    std::vector<unsigned> kinds;  ///< n_atoms, each < n_kinds
    arma::vec weights;            ///< n_atoms
    unsigned n_kinds;
};

/// A Coulomb energy as a quadratic form of the charges q of the kinds, shared out among the atoms, with its
/// derivatives; K kinds, n atoms. Atom i is of kind a.
struct CoulombSums {
    arma::mat potentials;  ///< n × K, eV/e²: E = Σ_i q_a Σ_b q_b potentials(i, b)
    arma::cube fields;     ///< n × 3 × K, eV/Å/e²: the force on atom i is q_a Σ_b q_b fields(i, :, b)
    arma::cube virials;    ///< n × 6 × K (xx yy zz xy xz yz), eV/e²: −dE/dstrain = Σ_i q_a Σ_b q_b virials(i, :, b)

    CoulombSums(std::size_t n_atoms, unsigned n_kinds);
};

/// Adds Σ erfc(α r)/r over all pairs, images included, within the real cutoff.
/// @throws InvalidInput if two atoms lie on the same place
void add_real_space(const Structure& structure, const ChargeKinds& charges, const EwaldSplit& split, CoulombSums& sums);

/// Adds (2π/V) Σ_k exp(−k²/4α²)/k² |S(k)|² over 0 < |k| <= reciprocal cutoff.
/// @throws InvalidInput unless the cell is periodic in three directions
void add_reciprocal_space(const Structure& structure, const ChargeKinds& charges, const EwaldSplit& split,
                          CoulombSums& sums);

/// Takes away what the Gaussians do to themselves, −α/√π Σ q_i², and adds the neutralising background of a cell whose
/// charges do not sum up to 0, −π Q²/(2 V α²).
void add_self_term(const Structure& structure, const ChargeKinds& charges, const EwaldSplit& split, CoulombSums& sums);

/// Adds (2π/V) Σ_d factors(d) D_d² of the cell's dipole moment D of the positions as they are given (not wrapped):
/// factors of 1/3 make a sphere of cells in vacuum out of one in a conductor (de Leeuw, Perram and Smith 1980), a 1 for
/// one direction makes a slab in vacuum (Yeh and Berkowitz 1999).
void add_dipole_term(const Structure& structure, const ChargeKinds& charges, const arma::vec3& factors,
                     CoulombSums& sums);

/// All of the above; the part in real space unless the real cutoff is 0.
/// @throws InvalidInput as its parts
CoulombSums coulomb_sums(const Structure& structure, const ChargeKinds& charges, const EwaldSplit& split,
                         const arma::vec3& dipole_factors);

}  // namespace nnpot
