#pragma once

#include <cstddef>
#include <vector>

#include "kernels/moment_kernels.hpp"
#include "nnpot/angular_sums.hpp"
#include "nnpot/symmetry_function.hpp"

namespace nnpot {

/// The radial parts whose moments over one shell are needed, those of the highest degree first.
struct MomentShell {
    std::size_t shell;
    std::vector<kernels::MomentPart> parts;
};

/// Wide angular functions of one center as products of moments.
struct MomentPlan {
    std::vector<MomentShell> shells;
    std::vector<kernels::MomentProduct> products;
    std::vector<kernels::MomentTerm> terms;    ///< in the order of the products
    std::vector<std::vector<double>> factors;  ///< of the terms

    MomentPlan() = default;
    MomentPlan(MomentPlan&&) = default;
    MomentPlan& operator=(MomentPlan&&) = default;
};

/// Whether a sum of moments gives the function: wide, zeta whole and at most 16, lambda between -1 and 1.
bool has_moments(const SymmetryFunction& function);

/// Which of the functions of one center are summed as moments.
std::vector<bool> choose_moments(const std::vector<SymmetryFunction>& functions, AngularSums sums);

/// (1 + lambda x)^zeta = Σ a_l P_l(x): the factors a_l.
std::vector<double> legendre_factors(double lambda, unsigned zeta);

/// Collects functions that have moments.
class MomentPlanner {
public:
    /// @param index   position among the functions of the set
    /// @param first, second  shells of both neighbors
    void add(const SymmetryFunction& function, std::size_t index, std::size_t first, std::size_t second);
    MomentPlan take();

private:
    struct Place {
        std::size_t shell, part;
    };
    struct NewProduct {
        Place first, second;
        std::vector<kernels::MomentTerm> terms;
    };

    Place place_of(const SymmetryFunction& function, std::size_t shell);
    const double* factors_of(const SymmetryFunction& function, bool same);
    void sort_parts();

    MomentPlan plan_;
    std::vector<NewProduct> products_;
};

}  // namespace nnpot
