#include <doctest/doctest.h>

#include <string>

#include "mass_check.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"

using nnpot::masses_of_none;
using nnpot::masses_of_others;

TEST_CASE("standard masses are those of the elements") {
    CHECK(nnpot::standard_mass(1) == 1.008);
    CHECK(nnpot::standard_mass(8) == 15.999);
    CHECK(nnpot::standard_mass(79) == 196.967);
    CHECK(nnpot::standard_mass(92) == 238.029);
    CHECK_THROWS_AS((void)nnpot::standard_mass(0), nnpot::InvalidInput);
    int inversions = 0;  // Ar-K, Co-Ni, Te-I, Th-Pa, U-Np, Pu-Am and some made by man
    for (int number = 1; number < nnpot::largest_atomic_number; ++number) {
        inversions += nnpot::standard_mass(number + 1) < nnpot::standard_mass(number) ? 1 : 0;
        CHECK(nnpot::standard_mass(number + 1) > 0.97 * nnpot::standard_mass(number));
    }
    CHECK(inversions < 12);
}

TEST_CASE("masses of other elements are named") {
    const std::vector<int> water{1, 8};
    CHECK(masses_of_others({0, 1, 8}, {0.0, 1.008, 15.999}, water).empty());
    CHECK(masses_of_others({0, 1, 8}, {0.0, 16.0, 1.0}, water) ==
          "the mass of atom type 1, in pair_coeff H, is that of O");
    CHECK(masses_of_others({0, 1, 8}, {0.0, 15.9994, 1.00794}, water) ==
          "the mass of atom type 1, in pair_coeff H, is that of O, the mass of atom type 2, in pair_coeff O, is that "
          "of H");
    CHECK(masses_of_others({0, 1, 1}, {0.0, 1.008, 15.999}, water) ==
          "the mass of atom type 2, in pair_coeff H, is that of O");
    const std::vector<int> alloy{26, 28};
    CHECK(masses_of_others({0, 26, 28}, {0.0, 55.845, 58.693}, alloy).empty());
    CHECK(masses_of_others({0, 26, 28}, {0.0, 58.693, 55.845}, alloy) ==
          "the mass of atom type 1, in pair_coeff Fe, is that of Ni, the mass of atom type 2, in pair_coeff Ni, is "
          "that of Fe");
}

TEST_CASE("isotopes, placeholders and types that are not there are no other elements") {
    CHECK(masses_of_others({0, 1, 8}, {0.0, 2.014, 17.999}, {1, 8}).empty());
    CHECK(masses_of_others({0, 1, 2}, {0.0, 3.016, 4.0026}, {1, 2}).empty());
    CHECK(masses_of_others({0, 6, 7}, {0.0, 14.0032, 14.007}, {6, 7}).empty());  // carbon 14
    CHECK(masses_of_others({0, 28, 29}, {0.0, 63.928, 63.546}, {28, 29}).empty());
    CHECK(masses_of_others({0, 1, 8}, {0.0, 1.0, 1.0}, {1, 8}).empty());
    CHECK(masses_of_others({0, 1, 8}, {0.0, 0.0, 0.0}, {1, 8}).empty());
    CHECK(masses_of_others({0, 0, 8}, {0.0, 15.999, 15.999}, {1, 8}).empty());
    CHECK(masses_of_others({0, 1, 0}, {0.0, 1.008, 1.008}, {1, 8}).empty());
}

TEST_CASE("masses that no isotope explains are named with their factor") {
    const std::vector<int> copper{29};
    CHECK(masses_of_none({0, 29}, {0.0, 0.063546}, copper) ==
          "the mass of atom type 1, in pair_coeff Cu, is 0.063546 instead of some 63.546 g/mol, a factor of 0.001");
    CHECK(masses_of_none({0, 29}, {0.0, 63546.0}, copper) ==
          "the mass of atom type 1, in pair_coeff Cu, is 63546 instead of some 63.546 g/mol, a factor of 1e+03");
    CHECK(!masses_of_none({0, 29}, {0.0, 20.0}, copper).empty());
    CHECK(masses_of_none({0, 29}, {0.0, 1.0}, copper).empty());
    CHECK(masses_of_none({0, 29}, {0.0, 0.0}, copper).empty());
    CHECK(masses_of_none({0, 29}, {0.0, 60.0}, copper).empty());
    CHECK(masses_of_none({0, 1}, {0.0, 3.024}, {1, 8}).empty());
    CHECK(masses_of_none({0, 1}, {0.0, 15.999}, {1, 8}).empty());  // that of oxygen: said elsewhere
}
