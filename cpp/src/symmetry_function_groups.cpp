#include "symmetry_function_groups.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

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

/// The whole number by which @p eta is larger than @p base as far as digits can tell, 0 if there is none up to 32.
unsigned multiple_of(double eta, double base) {
    if (base <= 0.0) return 0;
    const double nearest = std::round(eta / base);
    if (nearest < 1.0 || nearest > 32.0) return 0;
    return std::abs(eta / base - nearest) <= 1e-15 * nearest ? static_cast<unsigned>(nearest) : 0;
}

/// Calculating a power takes a few products, an exponential about twenty: finds which exponentials are powers of
/// others.
void find_multiples(std::vector<kernels::Exponent>& exponents) {
    for (std::size_t e = 1; e < exponents.size(); ++e) {
        for (std::size_t base = e; base-- > 0 && exponents[e].multiple == 0;) {
            if (exponents[base].r_shift != exponents[e].r_shift) continue;
            exponents[e].base = base;
            exponents[e].multiple = multiple_of(exponents[e].eta, exponents[base].eta);
        }
    }
}

/// An angular function on its way into a group.
struct NewTerm {
    double r_shift, eta;
    kernels::AngularTerm term;
};

bool is_of_smaller_exponent(const NewTerm& a, const NewTerm& b) {
    return std::tie(a.r_shift, a.eta) < std::tie(b.r_shift, b.eta);
}

/// Lists the functions by exponent, the smallest eta first.
void fill_exponents(std::vector<NewTerm>& terms, AngularGroup& group) {
    std::stable_sort(terms.begin(), terms.end(), is_of_smaller_exponent);
    for (const NewTerm& term : terms) {
        const auto same = [&](const kernels::Exponent& e) { return e.eta == term.eta && e.r_shift == term.r_shift; };
        const std::size_t e = find_or_append(
            group.exponents, kernels::Exponent{term.eta, term.r_shift, 0, 0, group.terms.size(), 0}, same);
        ++group.exponents[e].n_terms;
        group.terms.push_back(term.term);
    }
    find_multiples(group.exponents);
}

class Grouping {
public:
    Grouping(CutoffType type, double alpha) : type_(type), alpha_(alpha) {}

    void add(const SymmetryFunction& function, std::size_t index, bool by_moments) {
        if (by_moments) {
            planner_.add(function, index, shell_of(function.neighbor, function),
                         shell_of(function.neighbor2, function));
        } else if (function.is_angular()) {
            add_angular(function, index);
        } else {
            add_radial(function, index);
        }
    }

    SymmetryFunctionSet::Groups take() {
        for (std::size_t g = 0; g < groups_.angular.size(); ++g) fill_exponents(new_terms_[g], groups_.angular[g]);
        groups_.moments = planner_.take();
        return std::move(groups_);
    }

private:
    kernels::CutoffParameters cutoff_of(const SymmetryFunction& f) const {
        if (f.is_compact()) {
            const bool asymmetric = f.subtype.back() == 'a';
            return {core_of(f), f.cutoff, f.r_low,
                    asymmetric ? kernels::Shape::asymmetric_compact : kernels::Shape::compact};
        }
        return {type_, f.cutoff, CutoffFunction(type_, f.cutoff, alpha_).inner_radius()};
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
        const std::size_t factor = f.is_compact() ? window_of(group, f) : power_of(group, f);
        const double normalization = f.is_compact() ? 1.0 : std::pow(2.0, 1.0 - f.zeta);
        new_terms_.resize(groups_.angular.size());
        new_terms_[position].push_back({f.r_shift, f.eta, {index, factor, normalization}});
    }

    static std::size_t power_of(AngularGroup& group, const SymmetryFunction& f) {
        return find_or_append(group.powers, kernels::Power{f.lambda, f.zeta},
                              [&](const kernels::Power& p) { return p.lambda == f.lambda && p.zeta == f.zeta; });
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
    std::vector<std::vector<NewTerm>> new_terms_;  ///< per angular group
    MomentPlanner planner_;
};

}  // namespace

kernels::AngularGroup AngularGroup::view() const {
    const bool shifted =
        std::any_of(exponents.begin(), exponents.end(), [](const kernels::Exponent& e) { return e.r_shift != 0.0; });
    return {first == second, narrow,        shifted,       cutoff,         exponents.data(), exponents.size(),
            terms.data(),    powers.data(), powers.size(), windows.data(), windows.size()};
}

SymmetryFunctionSet::Groups group_functions(const std::vector<SymmetryFunction>& functions, CutoffType type,
                                            double alpha, AngularSums sums) {
    const std::vector<bool> by_moments = choose_moments(functions, sums);
    Grouping grouping(type, alpha);
    for (std::size_t i = 0; i < functions.size(); ++i) grouping.add(functions[i], i, by_moments[i]);
    return grouping.take();
}

}  // namespace nnpot
