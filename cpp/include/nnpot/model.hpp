#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nnpot/cutoff_function.hpp"
#include "nnpot/neural_network.hpp"
#include "nnpot/scaler.hpp"
#include "nnpot/symmetry_function.hpp"

namespace nnpot {

/// All that belongs to the atoms of one element.
struct ElementModel {
    int atomic_number = 0;
    double atom_energy = 0.0;                 ///< eV, added per atom
    std::vector<SymmetryFunction> functions;  ///< sorted
    ScalingData scaling;                      ///< a row per function
    std::vector<Layer> layers;                ///< one output
};

/// Charges whose Coulomb energy is added to that of the networks.
struct LongRange {
    /// Ewald's whole sum; without it the reciprocal part and the self term only, and what is near is left to the
    /// networks.
    bool with_real_space = true;
    double alpha = 0.0;             ///< splitting parameter, 1/Å
    double real_cutoff = 0.0;       ///< Å, of the part in real space; 0 without it
    std::map<int, double> charges;  ///< e, by atomic number

    /// @throws UnknownElement for an element without a charge
    double charge_of(int atomic_number) const;
};

/// The values that define a potential, in eV and Å, whatever units its files use.
struct Model {
    std::vector<ElementModel> elements;  ///< by atomic number
    CutoffType cutoff_type = CutoffType::cosine;
    double cutoff_alpha = 0.0;
    ScalingMode scaling_mode = ScalingMode::none;
    double scale_min = 0.0, scale_max = 1.0;
    double mean_energy = 0.0;        ///< eV per atom
    double energy_per_output = 1.0;  ///< eV that an output of 1 means
    std::optional<LongRange> long_range;
    std::map<std::string, std::string> info;  ///< model.info: provenance, in words
    std::vector<std::string> warnings;        ///< what reading the files left unsaid, a line each

    /// What belongs to one element.  @throws UnknownElement
    const ElementModel& element(int atomic_number) const;

    double cutoff() const noexcept;  ///< Å, the largest of all functions

    /// Gives each element the functions around it, sorted.
    /// @throws InvalidInput if a function is centered at none of the elements
    void set_functions(const std::vector<SymmetryFunction>& functions);

    /// @throws InvalidInput saying which part does not fit which
    void require_consistent() const;
};

/// Refuses members of a committee that cannot share the work on symmetry functions.
/// @throws InvalidInput if there are none, or one is not consistent or differs from the first in its elements,
/// symmetry functions, cutoff function or charges; members are counted from 1
void require_shared_functions(const std::vector<Model>& members);

/// Members of a committee that are the same network, whose spread is 0 whatever the structure; a line for each that
/// is the same as one before it.
/// @param names  of the members, by which the lines name them
std::vector<std::string> find_equal_members(const std::vector<Model>& members, const std::vector<std::string>& names);

}  // namespace nnpot
