#pragma once

#include <string>
#include <vector>

namespace nnpot {

/// Whether the words after `pair_style nnp` are those of n2p2 before it came into LAMMPS (`dir`,
/// `emap`, `cflength`,
/// ...), whose pair style had this name and another grammar.
bool is_n2p2_style(const std::vector<std::string> &style_words);

/// Elements in n2p2's map of atom types, such as "1:S,2:Cu": one for each type, NULL where it names
/// none. Empty where the map cannot be read.
std::vector<std::string> n2p2_elements(const std::string &map, int n_types);

/// The same two commands in the grammar of `pair_style hdnnp`, in single quotes.
/// @param style_words  after `pair_style nnp`
/// @param coeff_words  after `pair_coeff * *`: there the cutoff stands
std::string n2p2_replacement(const std::vector<std::string> &style_words,
                             const std::vector<std::string> &coeff_words, int n_types);

}    // namespace nnpot
