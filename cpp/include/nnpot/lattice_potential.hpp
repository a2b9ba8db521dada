#pragma once

namespace nnpot {

/// The forms of a lattice model's potential. Source: Heiszwolf 2020, equations 6 to 10 (docs/lattice_model.md).
enum class LatticeForm {
    modified_lennard_jones,  ///< of the distance of a pair, of the mean side of a triplet; the one to use
    equation_6,              ///< r⁻¹² of each side times the squared area, perimeter⁻⁶
    equation_7,              ///< squared area times perimeter⁻¹², perimeter⁻⁶
    equation_8               ///< r⁻¹² of each side, area times perimeter⁻⁶
};

/// A potential of pairs and triplets of particles, with a characteristic distance and energy; any units.
///
/// Modified Lennard-Jones, for a pair s = distance, for a triplet s = mean of the three sides, 0 for s ≥ R_0:
///     V(s) = E_c [ (R_c/s)^2n − (R_c/R_0)^2n − 2 ((R_c/s)^n − (R_c/R_0)^n) + c (s − R_0) ],
///     c = (2n/R_0) [ (R_c/R_0)^2n − (R_c/R_0)^n ],
/// so that value and slope vanish at R_0. The other forms act between triplets alone and have no cutoff.
struct LatticePotential {
    LatticeForm form = LatticeForm::modified_lennard_jones;
    double energy = 1.0;    ///< E_c
    double distance = 1.0;  ///< R_c
    double cutoff = 2.0;    ///< R_0; modified Lennard-Jones alone
    int exponent = 6;       ///< n; modified Lennard-Jones alone
};

/// @throws InvalidInput unless energy, distance, cutoff and exponent are finite and positive
void require_valid(const LatticePotential& potential);

/// Whether pairs count beside triplets.
bool acts_on_pairs(const LatticePotential& potential);

/// No side of a triplet that counts is longer: 3/2 R_0, since it is at most half of the perimeter; else infinite.
double longest_side(const LatticePotential& potential);

/// The energy of a pair at distance @p s, 0 for forms that know no pairs, and its derivative.
double pair_energy(const LatticePotential& potential, double s, double& slope);

/// The energy of one triplet with sides a, b, c > 0, and its derivatives by them.
double triplet_energy(const LatticePotential& potential, double a, double b, double c, double slopes[3]);

}  // namespace nnpot
