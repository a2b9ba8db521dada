#pragma once

#include <armadillo>
#include <cstdint>
#include <vector>

#include "nnpot/lattice_potential.hpp"

namespace nnpot {

/// How triplets with two particles in the central cell and one in an image count.
enum class TripletCount {
    document,  ///< once for each ordered pair in the cell: equation 5 as it stands
    invariant  ///< twice, so that moving a particle to another image of itself changes nothing
};

/// The energy per particle of particles in a square or cubic cell and its images, in any dimension.
///
/// v = [ 3 (V_c1 + V_c2 + V_c3) + V_tc1 + V_tc2 ] / (4 N), sums over ordered triplets with one, two and three and
/// ordered pairs with one and two particles in the central cell; for forms that know no pairs (V_c1 + V_c2 + V_c3) / N.
/// Source: Heiszwolf 2020, equations 5 and 9 (docs/lattice_model.md). Images up to @p depth cells away count.
/// A particle belongs to the central cell as given: positions are not wrapped, nothing depends on their origin.
/// Neighbors farther than the longest side of a triplet never enter; a triplet costs its third side.
class LatticeModel {
public:
    /// @throws InvalidInput if a parameter of the potential is not finite and positive
    explicit LatticeModel(const LatticePotential& potential, TripletCount count = TripletCount::document);

    struct Gradient {
        double energy = 0.0;
        arma::mat positions;  ///< dv/d(position), dimensions × particles
        double width = 0.0;   ///< dv/d(width), positions held
    };

    const LatticePotential& potential() const noexcept { return potential_; }

    /// The depth beyond which nothing counts when all particles lie in the cell: ceil(3 R_0 / (2 width)).
    /// @throws InvalidInput if the form has no cutoff, or the width is not finite and positive
    unsigned required_depth(double width) const;

    /// @param positions  dimensions × particles   @param width  of the cell   @param depth  of the images
    /// @throws InvalidInput if values are not finite, the width not positive, or two particles at one place
    double energy(const arma::mat& positions, double width, unsigned depth) const;
    Gradient gradient(const arma::mat& positions, double width, unsigned depth) const;

private:
    LatticePotential potential_;
    TripletCount count_;
};

/// How a relaxation goes: each epoch moves each particle once, each component evenly within ± displacement,
/// back into the cell if it left it, and keeps the move unless the energy rises.
struct Relaxation {
    unsigned epochs = 40;
    double displacement = 0.1;
    unsigned depth = 1;
    std::uint64_t seed = 0;
};

/// Relaxes one configuration in place; gives the accepted moves of each epoch.
/// @param number  of the configuration: with the seed it fixes all random numbers
std::vector<unsigned> relax(const LatticeModel& model, const Relaxation& relaxation, std::uint64_t number,
                            arma::mat& positions, double width);

}  // namespace nnpot
