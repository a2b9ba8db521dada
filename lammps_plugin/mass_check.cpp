#include "mass_check.hpp"

#include <cmath>
#include <cstdio>

#include "nnpot/element.hpp"

namespace nnpot {
namespace {

constexpr double same_mass = 0.02, no_isotope = 0.2, clearly = 5.0;
constexpr double far_off = 3.01;    // tritium, and hydrogen made three times as heavy, are below

/// Of a mass from that of an element, relative.
double distance(double mass, int atomic_number)
{
  return std::abs(std::log(mass / standard_mass(atomic_number)));
}

/// Whether a mass is that of @p other rather than that of @p own.
bool fits_better(double mass, int other, int own)
{
  const double far = distance(mass, other);
  return other != own && far < same_mass && clearly * far < distance(mass, own);
}

/// The element whose mass a type has instead of its own; 0 where there is none.
int element_of_mass(double mass, int own, const std::vector<int> &known)
{
  for (const int other : known) {
    if (fits_better(mass, other, own)) return other;
  }
  return 0;
}

/// Of a type that exists, and whose mass is known and no placeholder.
bool has_mass(int atomic_number, double mass)
{
  return atomic_number != 0 && mass > 0.0 && mass != 1.0;
}

}    // namespace

std::string masses_of_none(const std::vector<int> &atomic_numbers,
                           const std::vector<double> &masses, const std::vector<int> &known)
{
  std::string found;
  for (std::size_t type = 1; type < atomic_numbers.size(); ++type) {
    const int own = atomic_numbers[type];
    const double mass = masses[type];
    if (!has_mass(own, mass) || distance(mass, own) < std::log(far_off)) continue;
    if (element_of_mass(mass, own, known) != 0) continue;
    char numbers[96];
    std::snprintf(numbers, sizeof numbers, "%g instead of some %g g/mol, a factor of %.3g", mass,
                  standard_mass(own), mass / standard_mass(own));
    found += (found.empty() ? "" : ", ") + std::string("the mass of atom type ") +
             std::to_string(type) + ", in pair_coeff " + element_symbol(own) + ", is " + numbers;
  }
  return found;
}

std::string masses_of_others(const std::vector<int> &atomic_numbers,
                             const std::vector<double> &masses, const std::vector<int> &known)
{
  const auto is_known = [&](std::size_t type) {
    return has_mass(atomic_numbers[type], masses[type]);
  };
  std::string found;
  for (std::size_t type = 1; type < atomic_numbers.size(); ++type) {
    if (!is_known(type)) continue;
    const int own = atomic_numbers[type], other = element_of_mass(masses[type], own, known);
    bool counts = other != 0 && distance(masses[type], own) > no_isotope;
    for (std::size_t second = 1; second < atomic_numbers.size() && other != 0; ++second) {
      counts =
          counts || (is_known(second) && fits_better(masses[second], own, atomic_numbers[second]));
    }
    if (!counts) continue;
    found += (found.empty() ? "" : ", ") + std::string("the mass of atom type ") +
             std::to_string(type) + ", in pair_coeff " + element_symbol(own) + ", is that of " +
             element_symbol(other);
  }
  return found;
}

}    // namespace nnpot
