#include "moment_plan.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace nnpot {
namespace {

double factorial(unsigned n) { return std::tgamma(n + 1.0); }

/// Σ over m of norm(l, m) harmonic(u) harmonic(v) is P_l(u · v), with the harmonics of moment_kernels.hpp.
double norm(unsigned l, unsigned m) {
    const double leading = factorial(2 * l) / (std::pow(2.0, l) * factorial(l) * factorial(l - m));
    return (m == 0 ? 1.0 : 2.0) * factorial(l - m) / factorial(l + m) * leading * leading;
}

/// x^k = Σ over l of this times P_l(x), for l = k, k − 2, ...
double legendre_factor_of_power(unsigned k, unsigned l) {
    double double_factorial = 1.0;  // (k + l + 1)!!
    for (unsigned i = k + l + 1; i > 1; i -= 2) double_factorial *= i;
    const unsigned half = (k - l) / 2;
    return (2.0 * l + 1.0) * factorial(k) / (std::pow(2.0, half) * factorial(half) * double_factorial);
}

bool is_of_higher_degree(const kernels::MomentPart& a, const kernels::MomentPart& b) { return a.degree > b.degree; }

/// Neighbors of one element within the cutoff in a liquid or crystal of few atoms per volume.
double expected_neighbors(double cutoff, std::size_t n_elements) {
    constexpr double density = 0.05;  // 1/Å³; silicon 0.05, copper 0.085, water 0.1
    return density * 4.0 / 3.0 * 3.14159265358979 * cutoff * cutoff * cutoff / static_cast<double>(n_elements);
}

std::size_t count_elements(const std::vector<SymmetryFunction>& functions) {
    std::set<int> elements;
    for (const SymmetryFunction& f : functions) elements.insert({f.neighbor, f.neighbor2});
    elements.erase(0);
    return std::max<std::size_t>(elements.size(), 1);
}

/// What the functions of one pair of elements take, there and back, in ns of one AVX-512 core (docs/engine.md,
/// "Moments", says how that was measured); other instruction sets choose alike.
class Count {
public:
    void add(const SymmetryFunction& function) {
        exponents_.insert({function.eta, function.r_shift});
        powers_.insert({function.lambda, function.zeta});
        zetas_.push_back(function.zeta);
    }

    double cost_of_pairs(double n, bool same) const {
        const double n_pairs = same ? 0.5 * n * (n - 1.0) : n * n;
        return 180.0 + n_pairs * (2.3 + 0.8 * size(exponents_) + 0.3 * size(powers_) + 0.18 * size(zetas_));
    }

    double cost_of_moments(double n, bool same) const {
        const double degree = *std::max_element(zetas_.begin(), zetas_.end()), rows = (degree + 1.0) * (degree + 1.0);
        const double n_parts = size(exponents_), n_vectors = std::ceil(n / 8.0);
        const double of_shell =
            70.0 + n_vectors * (2.2 * rows + 9.5 * n_parts + 0.7 * rows * n_parts) + 1.3 * rows * n_parts;
        return (same ? 1.0 : 2.0) * of_shell + 0.13 * rows * size(zetas_);
    }

private:
    template <typename Values>
    static double size(const Values& values) {
        return static_cast<double>(values.size());
    }

    std::set<std::pair<double, double>> exponents_, powers_;
    std::vector<double> zetas_;
};

bool has_more_rows(const kernels::MomentTerm& a, const kernels::MomentTerm& b) { return a.n_rows > b.n_rows; }

}  // namespace

bool has_moments(const SymmetryFunction& function) {
    return function.type == 9 && function.zeta == std::floor(function.zeta) &&
           function.zeta <= kernels::largest_degree && std::abs(function.lambda) <= 1.0;
}

std::vector<bool> choose_moments(const std::vector<SymmetryFunction>& functions, AngularSums sums) {
    std::map<std::tuple<int, int, double>, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < functions.size(); ++i) {
        const SymmetryFunction& f = functions[i];
        if (has_moments(f)) groups[{f.neighbor, f.neighbor2, f.cutoff}].push_back(i);
    }
    const std::size_t n_elements = count_elements(functions);
    std::vector<bool> chosen(functions.size(), false);
    for (const auto& [key, members] : groups) {
        Count count;
        for (const std::size_t i : members) count.add(functions[i]);
        const SymmetryFunction& first = functions[members.front()];
        const double n = expected_neighbors(first.cutoff, n_elements);
        const bool same = first.neighbor == first.neighbor2;
        const bool cheaper = count.cost_of_moments(n, same) < count.cost_of_pairs(n, same);
        if (sums == AngularSums::pairs || (sums == AngularSums::automatic && !cheaper)) continue;
        for (const std::size_t i : members) chosen[i] = true;
    }
    return chosen;
}

std::vector<double> legendre_factors(double lambda, unsigned zeta) {
    std::vector<double> factors(zeta + 1, 0.0);
    for (unsigned k = 0; k <= zeta; ++k) {
        const double of_power =
            factorial(zeta) / (factorial(k) * factorial(zeta - k)) * std::pow(lambda, static_cast<int>(k));
        for (unsigned l = k % 2; l <= k; l += 2) factors[l] += of_power * legendre_factor_of_power(k, l);
    }
    return factors;
}

MomentPlanner::Place MomentPlanner::place_of(const SymmetryFunction& function, std::size_t shell) {
    const auto own_shell = [&](const MomentShell& s) { return s.shell == shell; };
    auto found = std::find_if(plan_.shells.begin(), plan_.shells.end(), own_shell);
    if (found == plan_.shells.end()) found = plan_.shells.insert(found, MomentShell{shell, {}});
    std::vector<kernels::MomentPart>& parts = found->parts;
    const auto own_part = [&](const kernels::MomentPart& p) {
        return p.eta == function.eta && p.r_shift == function.r_shift;
    };
    auto part = std::find_if(parts.begin(), parts.end(), own_part);
    if (part == parts.end()) part = parts.insert(part, kernels::MomentPart{function.eta, function.r_shift, 0});
    part->degree = std::max(part->degree, static_cast<unsigned>(function.zeta));
    return {static_cast<std::size_t>(found - plan_.shells.begin()), static_cast<std::size_t>(part - parts.begin())};
}

/// One per row of harmonics, times 2^(1 − zeta) and, where each pair of neighbors is met twice, a half.
const double* MomentPlanner::factors_of(const SymmetryFunction& function, bool same) {
    const auto zeta = static_cast<unsigned>(function.zeta);
    const std::vector<double> of_degrees = legendre_factors(function.lambda, zeta);
    const double scale = std::pow(2.0, (same ? 0.0 : 1.0) - function.zeta);
    std::vector<double> factors(kernels::n_rows_of(zeta), 0.0);
    for (unsigned l = 0; l <= zeta; ++l) {
        for (unsigned m = 0; m <= l; ++m) {
            const double factor = scale * of_degrees[l] * norm(l, m);
            const std::size_t row = std::size_t{l} * l + (m == 0 ? 0 : 2 * m - 1);
            factors[row] = factor;
            if (m > 0) factors[row + 1] = factor;
        }
    }
    plan_.factors.push_back(std::move(factors));
    return plan_.factors.back().data();
}

void MomentPlanner::add(const SymmetryFunction& function, std::size_t index, std::size_t first, std::size_t second) {
    const bool same = first == second;
    const Place one = place_of(function, first), other = place_of(function, second);
    auto product = std::find_if(products_.begin(), products_.end(), [&](const NewProduct& p) {
        return p.first.shell == one.shell && p.first.part == one.part && p.second.shell == other.shell &&
               p.second.part == other.part;
    });
    if (product == products_.end()) product = products_.insert(product, NewProduct{one, other, {}});
    const double of_squares =
        same ? std::pow(2.0, -function.zeta) * std::pow(1.0 + function.lambda, function.zeta) : 0.0;
    product->terms.push_back(
        {index, factors_of(function, same), kernels::n_rows_of(static_cast<unsigned>(function.zeta)), of_squares});
}

/// Those of the highest degree first, so that the rows that parts share are the first of each.
void MomentPlanner::sort_parts() {
    for (std::size_t s = 0; s < plan_.shells.size(); ++s) {
        std::vector<kernels::MomentPart>& parts = plan_.shells[s].parts;
        std::vector<std::size_t> order(parts.size()), place(parts.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return is_of_higher_degree(parts[a], parts[b]); });
        for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
        std::stable_sort(parts.begin(), parts.end(), is_of_higher_degree);
        for (NewProduct& product : products_) {
            if (product.first.shell == s) product.first.part = place[product.first.part];
            if (product.second.shell == s) product.second.part = place[product.second.part];
        }
    }
}

MomentPlan MomentPlanner::take() {
    sort_parts();
    for (NewProduct& product : products_) {
        std::stable_sort(product.terms.begin(), product.terms.end(), has_more_rows);
        plan_.terms.insert(plan_.terms.end(), product.terms.begin(), product.terms.end());
    }
    const kernels::MomentTerm* terms = plan_.terms.data();
    for (const NewProduct& product : products_) {
        plan_.products.push_back({product.first.shell, product.first.part, product.second.shell, product.second.part,
                                  product.terms.front().n_rows, terms, product.terms.size()});
        terms += product.terms.size();
    }
    return std::move(plan_);
}

}  // namespace nnpot
