#pragma once

#include <string>

namespace nnpot {

/// e²/(4π ε0) in eV Å. CODATA 2018.
constexpr double coulomb_constant = 14.3996454784255;

/// Units of a model's files or of a host program, named as LAMMPS names them where it does.
/// Values: CODATA 2018.
struct UnitSystem {
    std::string name;
    std::string energy_unit;
    std::string length_unit;
    double energy;  ///< eV per unit of energy
    double length;  ///< Å per unit of length
};

/// "metal" (eV, Å), "real" (kcal/mol, Å) or "atomic" (Hartree, bohr; "electron" in LAMMPS).
/// @throws InvalidInput naming the three for anything else
const UnitSystem& unit_system(const std::string& name);

}  // namespace nnpot
