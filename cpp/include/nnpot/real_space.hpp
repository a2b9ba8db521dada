#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "nnpot/model.hpp"

namespace nnpot {

/// Atoms as molecular dynamics codes hold them.
struct TypedAtoms {
    std::size_t n;            ///< ghosts included
    const double* positions;  ///< x y z after each other, Å
    const int* types;
};

/// Pairs of atoms as molecular dynamics codes list them, each pair once, at either of its ends.
struct HalfList {
    std::size_t n_centers;
    const int* centers;
    const int* n_neighbors;       ///< by atom
    const int* const* neighbors;  ///< by atom; farther ones than the cutoff may be among them
    int index_mask;               ///< the bits of a neighbor that are its index
};

/// Where the results are added; arrays of all atoms, those that are null are left out. Half of a pair's energy and
/// virial belongs to each of its ends.
struct CoulombTallies {
    double* forces;                      ///< x y z after each other
    double* virial = nullptr;            ///< 6, xx yy zz xy xz yz: −dE/dstrain
    double* energies = nullptr;          ///< one per atom
    double* virials = nullptr;           ///< 6 per atom
    double* centroid_virials = nullptr;  ///< 9 per atom: xx yy zz xy xz yz yx zx zy
};

/// The part of a Coulomb energy that lies in real space, for hosts that have the rest (`coulomb_part` has all of it).
/// Keeps its memory from one step to the next.
class RealSpace {
public:
    /// @param long_range   of a consistent model, with a part in real space
    /// @param charges      e, by type; 0: atoms of that type do not exist here
    /// @param energy_unit  eV, of the results
    RealSpace(const LongRange& long_range, std::vector<double> charges, double energy_unit = 1.0);
    ~RealSpace();

    double cutoff() const noexcept;  ///< Å

    /// The energy of all pairs; the rest of what they do is added to @p tallies. Atoms on the same place do nothing to
    /// each other: whoever has networks has been refused them.
    double compute(const TypedAtoms& atoms, const HalfList& pairs, const CoulombTallies& tallies);

private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace nnpot
