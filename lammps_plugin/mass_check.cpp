#include "mass_check.hpp"

#include <cmath>

#include "nnpot/element.hpp"

namespace nnpot {
namespace {

constexpr double same_mass = 0.02, no_isotope = 0.2, clearly = 5.0;

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

}    // namespace

std::string masses_of_others(const std::vector<int> &atomic_numbers,
                             const std::vector<double> &masses, const std::vector<int> &known)
{
  const auto is_known = [&](std::size_t type) {
    return atomic_numbers[type] != 0 && masses[type] > 0.0 && masses[type] != 1.0;
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
