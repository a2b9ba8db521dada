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
struct SymmetryFunction {
    int type = 0;
    int center = 0;        ///< atomic number
    int neighbor = 0;      ///< atomic number
    int neighbor2 = 0;     ///< atomic number, ≥ neighbor; 0 for radial functions
    double eta = 0.0;      ///< 1/Å², ≥ 0
    double r_shift = 0.0;  ///< Å
    double kappa = 0.0;    ///< 1/Å
    double lambda = 0.0;
    double zeta = 0.0;    ///< > 0
    double cutoff = 0.0;  ///< Å

    bool is_angular() const noexcept { return type == 3 || type == 9; }
    bool is_narrow() const noexcept { return type == 3; }
};

/// Reads the text that follows `symfunction_short`, e.g. "Si 2 Si 0.5 0.0 6.0"; lengths times
/// @p length_unit (Å per unit of the text).  @throws InvalidInput saying what was expected and what came
SymmetryFunction parse_symmetry_function(const std::string& text, double length_unit = 1.0);

/// The same text, in Å, with as many digits as it takes to read back the same numbers.
std::string to_text(const SymmetryFunction& function);

/// The order of the functions of one center in `scaling.data` and of the network's inputs (docs/formats.md).
bool comes_before(const SymmetryFunction& a, const SymmetryFunction& b);

}  // namespace nnpot
