#include "nnpot/element.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "nnpot/error.hpp"

namespace nnpot {
namespace {

constexpr std::array<std::string_view, largest_atomic_number> symbols{
    "H",  "He", "Li", "Be", "B",  "C",  "N",  "O",  "F",  "Ne", "Na", "Mg", "Al", "Si", "P",  "S",  "Cl",
    "Ar", "K",  "Ca", "Sc", "Ti", "V",  "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se",
    "Br", "Kr", "Rb", "Sr", "Y",  "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb",
    "Te", "I",  "Xe", "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er",
    "Tm", "Yb", "Lu", "Hf", "Ta", "W",  "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At",
    "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U",  "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No",
    "Lr", "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og"};

}  // namespace

int atomic_number(const std::string& symbol) {
    const auto* const found = std::find(symbols.begin(), symbols.end(), symbol);
    if (found == symbols.end()) {
        throw InvalidInput("'" + symbol + "' is not the symbol of a chemical element");
    }
    return static_cast<int>(found - symbols.begin()) + 1;
}

std::string element_symbol(int atomic_number) {
    if (atomic_number < 1 || atomic_number > largest_atomic_number) {
        throw InvalidInput("atomic number must be from 1 to " + std::to_string(largest_atomic_number) + ", got " + std::to_string(atomic_number));
    }
    return std::string(symbols[static_cast<std::size_t>(atomic_number - 1)]);
}

}  // namespace nnpot
