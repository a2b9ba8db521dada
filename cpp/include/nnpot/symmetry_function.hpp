#pragma once

#include <string>

namespace nnpot {

/// The parameters of one symmetry function, numbered as in `input.nn` (formulas: docs/theory.md).
///
/// | type | papers | parameters |
/// |---|---|---|
/// | 1 | G1 | sum of cutoff functions |
/// | 2 | G2 | eta, r_shift |
/// | 4 | G3 | kappa |
/// | 3 | G4 | eta, lambda, zeta, r_shift; narrow: also r_jk lies within the cutoff |
/// | 9 | G5 | eta, lambda, zeta, r_shift; wide: no condition on r_jk |
/// | 12, 13 | wG2, wG4 | as 2 and 3, over neighbors of every element, each weighted by its atomic number |
/// | 20 | compact | r_low, subtype |
/// | 21, 22 | compact | r_low, angle_low, angle_high, subtype; 21 narrow, 22 wide |
/// | 23, 24, 25 | compact | as 20, 21 and 22, weighted like 12 |
struct SymmetryFunction {
    int type = 0;
    int center = 0;        ///< atomic number
    int neighbor = 0;      ///< atomic number; 0 for weighted functions
    int neighbor2 = 0;     ///< atomic number, ≥ neighbor; 0 for radial and for weighted functions
    double eta = 0.0;      ///< 1/Å², ≥ 0
    double r_shift = 0.0;  ///< Å
    double kappa = 0.0;    ///< 1/Å
    double lambda = 0.0;
    double zeta = 0.0;        ///< > 0
    double cutoff = 0.0;      ///< Å
    double r_low = 0.0;       ///< Å, lower end of a compact function, < cutoff, may be negative
    double angle_low = 0.0;   ///< degrees
    double angle_high = 0.0;  ///< degrees
    std::string subtype;      ///< compact functions: p1 to p4, p1a to p4a, e

    bool is_compact() const noexcept { return type >= 20 && type <= 25; }
    bool is_weighted() const noexcept { return type == 12 || type == 13 || (type >= 23 && type <= 25); }
    bool is_narrow() const noexcept { return type == 3 || type == 13 || type == 21 || type == 24; }
    bool is_angular() const noexcept { return is_narrow() || type == 9 || type == 22 || type == 25; }
};

/// Reads the text that follows `symfunction_short`, e.g. "Si 2 Si 0.5 0.0 6.0"; lengths times
/// @p length_unit (Å per unit of the text).  @throws InvalidInput saying what was expected and what came
SymmetryFunction parse_symmetry_function(const std::string& text, double length_unit = 1.0);

/// The same text, in Å, with as many digits as it takes to read back the same numbers.
std::string to_text(const SymmetryFunction& function);

/// The order of the functions of one center in `scaling.data` and of the network's inputs (docs/formats.md).
bool comes_before(const SymmetryFunction& a, const SymmetryFunction& b);

}  // namespace nnpot
