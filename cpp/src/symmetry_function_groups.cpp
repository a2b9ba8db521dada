#include "symmetry_function_groups.hpp"

#include <algorithm>
#include <cmath>

namespace nnpot {
namespace {

/// Index of the first element for which @p same holds; appends @p value where there is none.
template <typename Value, typename Same>
std::size_t find_or_append(std::vector<Value>& values, Value value, const Same& same) {
    const auto found = std::find_if(values.begin(), values.end(), same);
    const auto index = static_cast<std::size_t>(found - values.begin());
    if (found == values.end()) values.push_back(std::move(value));
    return index;
}

CutoffType core_of(const SymmetryFunction& function) {
    if (function.subtype[0] == 'e') return CutoffType::exponential;
    return static_cast<CutoffType>(static_cast<int>(CutoffType::poly1) + function.subtype[1] - '1');
}

bool are_same(const kernels::CutoffParameters& a, const kernels::CutoffParameters& b) {
    return a.shape == b.shape && a.type == b.type && a.radius == b.radius && a.inner_radius == b.inner_radius;
}

class Grouping {
public:
    Grouping(CutoffType type, double alpha) : type_(type), alpha_(alpha) {}

    void add(const SymmetryFunction& function, std::size_t index) {
        if (function.is_angular()) {
            add_angular(function, index);
        } else {
            add_radial(function, index);
        }
    }

    SymmetryFunctionSet::Groups take() { return std::move(groups_); }

private:
    kernels::CutoffParameters cutoff_of(const SymmetryFunction& function) const {
        if (function.is_compact()) {
            const bool asymmetric = function.subtype.back() == 'a';
            return {core_of(function), function.cutoff, function.r_low,
                    asymmetric ? kernels::Shape::asymmetric_compact : kernels::Shape::compact};
        }
        const CutoffFunction checked(type_, function.cutoff, alpha_);
        return {checked.type(), checked.radius(), checked.inner_radius()};
    }

    std::size_t shell_of(int atomic_number, const SymmetryFunction& function) {
        const kernels::CutoffParameters cutoff = cutoff_of(function);
        return find_or_append(groups_.shells, ShellKey{atomic_number, cutoff}, [&](const ShellKey& key) {
            return key.atomic_number == atomic_number && are_same(key.cutoff, cutoff);
        });
    }

    void add_radial(const SymmetryFunction& f, std::size_t index) {
        const std::size_t shell = shell_of(f.neighbor, f);
        const std::size_t group = find_or_append(groups_.radial, RadialGroup{shell, {}},
                                                 [&](const RadialGroup& g) { return g.shell == shell; });
        groups_.radial[group].terms.push_back({index, f.type == 4, f.eta, f.r_shift, f.kappa});
    }

    void add_angular(const SymmetryFunction& f, std::size_t index) {
        const std::size_t first = shell_of(f.neighbor, f);
        const std::size_t second = shell_of(f.neighbor2, f);
        const AngularGroup empty{first, second, f.is_narrow(), cutoff_of(f), {}, {}, {}, {}};
        const std::size_t position = find_or_append(groups_.angular, empty, [&](const AngularGroup& g) {
            return g.first == first && g.second == second && g.narrow == f.is_narrow();
        });
        AngularGroup& group = groups_.angular[position];
        const std::size_t exponent =
            find_or_append(group.exponents, Exponent{f.eta, f.r_shift},
                           [&](const Exponent& e) { return e.eta == f.eta && e.r_shift == f.r_shift; });
        group.terms.resize(group.exponents.size());
        const std::size_t factor = f.is_compact() ? window_of(group, f) : power_of(group, f);
        group.terms[exponent].push_back({index, factor, f.is_compact() ? 1.0 : std::pow(2.0, 1.0 - f.zeta)});
    }

    static std::size_t power_of(AngularGroup& group, const SymmetryFunction& f) {
        return find_or_append(group.powers, Power{f.lambda, f.zeta},
                              [&](const Power& p) { return p.lambda == f.lambda && p.zeta == f.zeta; });
    }

    /// The functions of one center are all different, and so are the windows of a group.
    static std::size_t window_of(AngularGroup& group, const SymmetryFunction& f) {
        constexpr double degree = 3.14159265358979323846 / 180.0;
        group.windows.push_back({core_of(f), f.angle_low * degree, f.angle_high * degree});
        return group.windows.size() - 1;
    }

    CutoffType type_;
    double alpha_;
    SymmetryFunctionSet::Groups groups_;
};

}  // namespace

SymmetryFunctionSet::Groups group_functions(const std::vector<SymmetryFunction>& functions, CutoffType type,
                                            double alpha) {
    Grouping grouping(type, alpha);
    for (std::size_t i = 0; i < functions.size(); ++i) grouping.add(functions[i], i);
    return grouping.take();
}

}  // namespace nnpot
