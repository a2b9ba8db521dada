#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "nnpot/model.hpp"
#include "nnpot/neighbor_list.hpp"
#include "nnpot/precision.hpp"

namespace nnpot {

/// What a potential says of the centers of a NeighborList.
struct Evaluation {
    std::vector<double> energies;    ///< eV, one per center
    std::vector<double> gx, gy, gz;  ///< eV/Å, one per pair: dE/d(r_neighbor − r_center)

    double energy() const noexcept;

    /// Adds −dE/dr to @p forces (caller's indices, x y z after each other): to neighbors and centers.
    void add_forces(const NeighborList& list, double* forces) const noexcept;

    /// Adds Σ x ⊗ f to @p virial (eV; xx yy zz xy xz yz): −dE/dstrain.
    void add_virial(const NeighborList& list, double* virial) const noexcept;
};

/// A raw value of a symmetry function that lies outside of what the training data held.
struct Extrapolation {
    std::size_t center;      ///< its number in the NeighborList
    std::size_t function;    ///< from 0, in sorted order
    int type;                ///< of the function
    double value, min, max;  ///< the value, and the range in the scaling data; of a committee, what all members know

    bool above() const noexcept { return value > max; }

    /// How far outside, in widths of the range. Where the range is a single number: in sizes of that number, or, if
    /// that is 0, as it stands.
    double distance() const noexcept;
};

/// What `Potential::compute` finds beside energies and gradients; each has its price (docs/engine.md).
struct Findings {
    std::vector<Extrapolation>* extrapolations = nullptr;  ///< replaced by all values outside of the training data
    std::vector<Evaluation>* members = nullptr;            ///< replaced by what each network says alone
};

/// Behler–Parrinello potential: E = Σ_i [ NN_e(i)(G_i) + offset of e(i) ], and its exact gradient. What the
/// charges of a model add is no part of it, but `coulomb_part`, or `RealSpace` and k-space of the host.
/// A committee of models that share their symmetry functions is one potential: the mean of the energies, and its
/// gradient.
/// Source: Behler and Parrinello 2007. One instance serves one thread at a time.
class Potential {
public:
    /// @throws InvalidInput if the parts of the model do not fit each other
    explicit Potential(const Model& model, Precision precision = Precision::full);

    /// @throws InvalidInput if there is none, the parts of one do not fit each other, or the members differ in their
    /// elements, symmetry functions, cutoff function or charges; members are counted from 1
    explicit Potential(const std::vector<Model>& members, Precision precision = Precision::full);
    ~Potential();
    Potential(Potential&&) noexcept;
    Potential& operator=(Potential&&) noexcept;

    double cutoff() const noexcept;  ///< Å, of the symmetry functions
    const std::vector<int>& atomic_numbers() const noexcept;
    const std::optional<LongRange>& long_range() const noexcept;
    std::size_t n_members() const noexcept;

    /// Those of one element, in sorted order.  @throws UnknownElement
    const std::vector<SymmetryFunction>& functions(int atomic_number) const;

    /// Energies of all centers and the derivatives with respect to all neighbor vectors; they do not depend on what
    /// else is to be found.
    /// @throws UnknownElement if a center is of an element that the model does not hold
    /// @throws InvalidInput if an energy or derivative comes out as NaN or infinity
    void compute(const NeighborList& list, Evaluation& evaluation, const Findings& findings = {});

private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace nnpot
