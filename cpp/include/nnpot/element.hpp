#pragma once

#include <string>

namespace nnpot {

constexpr int largest_atomic_number = 118;

/// Atomic number of a chemical symbol, e.g. 14 for "Si".  @throws InvalidInput for anything else
int atomic_number(const std::string& symbol);

/// Chemical symbol of an atomic number from 1 to the largest.  @throws InvalidInput outside that range
std::string element_symbol(int atomic_number);

/// Mass of the natural element in g/mol.  @throws InvalidInput outside that range
double standard_mass(int atomic_number);

}  // namespace nnpot
