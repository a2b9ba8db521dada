#pragma once

#include <string>
#include <vector>

namespace nnpot {

/// Atom types whose mass is that of another element than their own, in words; empty where there are
/// none.
///
/// A mass counts where it is within 2 % of the other element's and at least five times as far from
/// its own, and where one of two is true: it is off by more than 20 %, which no isotope but those
/// of hydrogen is, or the type of another element has the mass of this one, as where two were
/// exchanged. A mass of exactly 1 is a placeholder.
/// @param atomic_numbers  of each type, from 1; 0 for a type that does not exist for the potential
/// @param masses          of each type, from 1, in g/mol; 0 where it is not known
/// @param known           the elements that may be meant
std::string masses_of_others(const std::vector<int> &atomic_numbers,
                             const std::vector<double> &masses, const std::vector<int> &known);

/// Atom types whose mass is that of no isotope of their element, more than three times too large or
/// too small, as in kg/mol, and not that of another element of those that may be meant; in words,
/// empty where there are none. A mass of exactly 1 is a placeholder.
/// @param atomic_numbers,masses,known  as of masses_of_others
std::string masses_of_none(const std::vector<int> &atomic_numbers,
                           const std::vector<double> &masses, const std::vector<int> &known);

}    // namespace nnpot
