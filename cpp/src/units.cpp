#include "nnpot/units.hpp"

#include <array>

#include "nnpot/error.hpp"

namespace nnpot {

const UnitSystem& unit_system(const std::string& name) {
    constexpr double kcal_per_mol = 4184.0 / (6.02214076e23 * 1.602176634e-19);  // eV
    constexpr double hartree = 27.211386245988;                                  // eV
    constexpr double bohr = 0.529177210903;                                      // Å
    static const std::array<UnitSystem, 3> systems{{{"metal", "eV", "Angstrom", 1.0, 1.0},
                                                    {"real", "kcal/mol", "Angstrom", kcal_per_mol, 1.0},
                                                    {"atomic", "Hartree", "bohr", hartree, bohr}}};
    for (const UnitSystem& system : systems) {
        if (system.name == name) return system;
    }
    throw InvalidInput(
        "units: expected metal (eV, Angstrom), real (kcal/mol, Angstrom) or atomic (Hartree, bohr), got '" + name +
        "'");
}

}  // namespace nnpot
