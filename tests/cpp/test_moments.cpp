#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "moment_plan.hpp"
#include "nnpot/error.hpp"
#include "sweeps.hpp"

// Sums of moments against sums over pairs of neighbors. All runs on every instruction set (CMakeLists.txt).

using nnpot::AngularSums;
using nnpot::CutoffType;
using nnpot::Precision;
using nnpot::SymmetryFunctionSet;

namespace {

SymmetryFunctionSet make_set(const std::vector<std::string>& lines, AngularSums sums) {
    return reference::make_set(lines, CutoffType::tanh3, 0.0, sums);
}

/// Wide functions of O among H and O, with exponents up to @p largest_zeta, some radial parts shared by pairs of
/// elements and some not; with @p others functions that have no moments.
std::vector<std::string> lines_up_to(unsigned largest_zeta, bool others = false) {
    std::vector<std::string> lines;
    const auto add = [&](const std::string& start, const std::string& end) {
        for (const unsigned zeta : {1u, largest_zeta / 2, largest_zeta}) {
            if (zeta == 0 || (zeta == 1 && lines.size() > 1 && largest_zeta < 3)) continue;
            for (const std::string lambda : {" -1 ", " 1 ", " 0.5 "}) {
                const std::string line = start + lambda + std::to_string(zeta) + end;
                if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
            }
        }
    };
    for (const std::string neighbors : {"H H", "H O", "O O"}) {
        add("O 9 " + neighbors + " 0.0", " 5.0");
        add("O 9 " + neighbors + " 0.3", " 5.0 1.5");
        if (neighbors != "O O") add("O 9 " + neighbors + " 1.0", " 5.0 2.5");
        if (neighbors != "H H") add("O 9 " + neighbors + " 0.02", " 4.0");
    }
    if (!others) return lines;
    for (const std::string line : {"O 2 H 0.4 1.3 5.0", "O 3 H O 0.05 1 2 5.0", "O 9 H O 0.02 -1 2.5 5.0",
                                   "O 9 O O 0.03 1 32 5.0", "O 9 H H 0.1 1.5 2 5.0", "O 22 H O 1.0 5.0 0 130 p4a"}) {
        lines.push_back(line);
    }
    return lines;
}

std::vector<double> random_numbers(std::size_t n, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> number(-1.0, 1.0);
    std::vector<double> numbers(n);
    for (double& value : numbers) value = number(random);
    return numbers;
}

nnpot::NeighborList on_a_line(std::size_t n) {
    nnpot::NeighborList list;
    list.begin_center(0, 8);
    for (std::size_t i = 0; i < n; ++i) {
        const double r = 0.9 + 0.4 * static_cast<double>(i / 2);
        list.add_neighbor(i + 1, i % 3 == 0 ? 8 : 1, 0.0, 0.6 * (i % 2 == 0 ? r : -r), 0.8 * (i % 2 == 0 ? r : -r));
    }
    return list;
}

/// Random environments from empty to dense, of both elements and of one, and neighbors on a line.
std::vector<nnpot::NeighborList> environments() {
    std::vector<nnpot::NeighborList> lists;
    for (const std::size_t n : {0, 1, 2, 3, 7, 8, 9, 17, 40, 130}) {
        lists.push_back(reference::random_environment(n, 0.9, 5.2, 31 + static_cast<unsigned>(n)));
        lists.push_back(on_a_line(std::min(n, std::size_t{20})));
    }
    lists.push_back(reference::random_environment(30, 0.9, 5.0, 77));
    std::fill(lists.back().neighbor_atomic_number.begin(), lists.back().neighbor_atomic_number.end(), 1);
    lists.push_back(reference::random_environment(12, 0.9, 1.2, 78));
    return lists;
}

/// The sum over all neighbors of both elements of g, squared: what the terms of the sums over moments add up to.
double size_of(const nnpot::SymmetryFunction& function, const nnpot::NeighborList& list) {
    double sum = 0.0;
    for (std::size_t p = 0; p < list.offsets[1]; ++p) {
        const double r = std::hypot(list.dx[p], list.dy[p], list.dz[p]), d = r - function.r_shift;
        if (r >= function.cutoff) continue;
        sum +=
            std::exp(-function.eta * d * d) * nnpot::CutoffFunction(CutoffType::tanh3, function.cutoff, 0.0)(r).value;
    }
    return sum * sum;
}

double largest_of(const std::vector<double>& values) {
    double largest = 0.0;
    for (const double value : values) largest = std::max(largest, std::abs(value));
    return largest;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

TEST_CASE("powers of 1 + lambda x are sums of Legendre polynomials with positive or alternating factors") {
    for (unsigned zeta = 1; zeta <= nnpot::kernels::largest_degree; ++zeta) {
        for (const double lambda : {-1.0, 0.3, 1.0}) {
            const std::vector<double> factors = nnpot::legendre_factors(lambda, zeta);
            REQUIRE(factors.size() == zeta + 1);
            for (const double x : {-1.0, -0.7, 0.1, 1.0}) {
                double sum = 0.0;
                for (unsigned l = 0; l <= zeta; ++l) sum += factors[l] * std::legendre(l, x);
                CHECK(sum == doctest::Approx(std::pow(1.0 + lambda * x, zeta)).epsilon(1e-13 * std::pow(2.0, zeta)));
            }
            for (unsigned l = 0; l <= zeta; ++l) CHECK(factors[l] * (l % 2 == 1 && lambda < 0 ? -1.0 : 1.0) > 0.0);
        }
    }
}

TEST_CASE("symmetry functions by moments equal the slow reference") {
    const std::vector<std::string> lines = lines_up_to(16, true);
    const auto set = make_set(lines, AngularSums::moments);
    for (const nnpot::NeighborList& list : environments()) {
        const auto values = reference::sweep(set, list, 0).values;
        const auto expected = reference::slow_values(set, list, 0, CutoffType::tanh3);
        for (std::size_t f = 0; f < set.size(); ++f) {
            CAPTURE(nnpot::to_text(set.functions()[f]));
            CHECK(std::abs(values[f] - expected[f]) <=
                  1e-13 * (std::abs(expected[f]) + size_of(set.functions()[f], list)));
        }
    }
}

TEST_CASE("symmetry functions by moments and by pairs agree in values, derivatives and changes") {
    for (const unsigned zeta : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 12u, 13u, 16u}) {
        CAPTURE(zeta);
        const std::vector<std::string> lines = lines_up_to(zeta, zeta == 4);
        const auto by_pairs = make_set(lines, AngularSums::pairs), by_moments = make_set(lines, AngularSums::moments);
        for (const nnpot::NeighborList& list : environments()) {
            const std::size_t n = list.offsets[1];
            CAPTURE(n);
            const auto weights = random_numbers(by_pairs.size(), 5);
            const auto a = reference::sweep(by_pairs, list, 0, Precision::full, weights);
            const auto b = reference::sweep(by_moments, list, 0, Precision::full, weights);
            const double size = std::max(1.0, largest_of(a.values));
            for (std::size_t f = 0; f < by_pairs.size(); ++f) {
                CAPTURE(nnpot::to_text(by_pairs.functions()[f]));
                CHECK(std::abs(a.values[f] - b.values[f]) <= 1e-14 * size);
            }
            if (n == 0) continue;
            CHECK(arma::abs(a.gradient - b.gradient).max() <= 2e-14 * std::max(1.0, arma::abs(a.gradient).max()));
            const arma::mat motion = arma::reshape(arma::vec(random_numbers(3 * n, 6)), 3, n);
            const auto c = reference::tangent(by_pairs, list, 0, Precision::full, motion);
            const auto d = reference::tangent(by_moments, list, 0, Precision::full, motion);
            for (std::size_t f = 0; f < c.size(); ++f)
                CHECK(std::abs(c[f] - d[f]) <= 2e-14 * std::max(1.0, largest_of(c)));
            CHECK(dot(d, weights) == doctest::Approx(arma::accu(b.gradient % motion)).epsilon(1e-11));
        }
    }
}

TEST_CASE("symmetry functions by moments err in mixed precision as little as by pairs") {
    for (const unsigned zeta : {1u, 4u, 7u, 8u, 16u}) {
        const std::vector<std::string> lines = lines_up_to(zeta);
        const auto set = make_set(lines, AngularSums::moments);
        for (const nnpot::NeighborList& list : environments()) {
            const std::size_t n = list.offsets[1];
            const auto a = reference::sweep(set, list, 0), b = reference::sweep(set, list, 0, Precision::mixed);
            for (std::size_t f = 0; f < set.size(); ++f) {
                CAPTURE(nnpot::to_text(set.functions()[f]));
                const double alone = n < 2 ? 1e-14 : 0.0;  // what a neighbor says of itself is taken away exactly
                CHECK(std::abs(a.values[f] - b.values[f]) <= 2e-6 * std::abs(a.values[f]) + alone + 1e-13);
            }
            if (n == 0) continue;
            CHECK(arma::abs(a.gradient - b.gradient).max() <= 3e-6 * arma::abs(a.gradient).max() + 1e-13);
            const arma::mat motion = arma::reshape(arma::vec(random_numbers(3 * n, 6)), 3, n);
            const auto c = reference::tangent(set, list, 0, Precision::full, motion);
            const auto d = reference::tangent(set, list, 0, Precision::mixed, motion);
            for (std::size_t f = 0; f < c.size(); ++f) CHECK(std::abs(c[f] - d[f]) <= 1e-5 * largest_of(c) + 1e-13);
        }
    }
}

TEST_CASE("the derivative of symmetry functions by moments is their central difference") {
    const auto set = make_set(lines_up_to(8, true), AngularSums::moments);
    auto list = reference::random_environment(14, 0.9, 4.9, 3);
    const auto weights = random_numbers(set.size(), 9);
    const arma::mat gradient = reference::sweep(set, list, 0, Precision::full, weights).gradient;
    CHECK(arma::abs(gradient).max() > 0.1);
    for (std::size_t p = 0; p < list.offsets[1]; ++p) {
        std::size_t axis = 0;
        for (std::vector<double>* component : {&list.dx, &list.dy, &list.dz}) {
            const double h = 1e-5, at = (*component)[p];
            (*component)[p] = at + h;
            const double above = dot(reference::sweep(set, list, 0).values, weights);
            (*component)[p] = at - h;
            const double below = dot(reference::sweep(set, list, 0).values, weights);
            (*component)[p] = at;
            CHECK(gradient(axis++, p) == doctest::Approx((above - below) / (2.0 * h)).epsilon(1e-7).scale(1.0));
        }
    }
}

TEST_CASE("derivatives of single symmetry functions by moments are those of all together") {
    const auto set = make_set(lines_up_to(5, true), AngularSums::moments);
    const auto list = reference::random_environment(20, 0.9, 4.9, 4);
    const auto weights = random_numbers(set.size(), 10);
    arma::mat sum(3, 20, arma::fill::zeros);
    for (std::size_t f = 0; f < set.size(); ++f) {
        std::vector<double> one(set.size(), 0.0);
        one[f] = weights[f];
        sum += reference::sweep(set, list, 0, Precision::full, one).gradient;
    }
    const arma::mat expected = reference::sweep(set, list, 0, Precision::full, weights).gradient;
    CHECK(arma::abs(sum - expected).max() <= 1e-13 * arma::abs(expected).max());
}

TEST_CASE("which symmetry functions are summed as moments follows from their exponents and number") {
    const auto choice = [](const std::vector<std::string>& lines, AngularSums sums = AngularSums::automatic) {
        std::vector<nnpot::SymmetryFunction> functions;
        for (const std::string& text : lines) functions.push_back(nnpot::parse_symmetry_function(text));
        return nnpot::choose_moments(functions, sums);
    };
    const std::vector<std::string> lines{"Si 9 Si Si 0 1 4 5", "Si 9 Si Si 0 -1 1 5",  "Si 9 Si Si 0 1 2.5 5",
                                         "Si 3 Si Si 0 1 4 5", "Si 9 Si Si 0 1.1 4 5", "Si 9 Si Si 0 1 17 5"};
    CHECK(choice(lines) == std::vector<bool>{true, true, false, false, false, false});
    CHECK(choice(lines, AngularSums::moments) == std::vector<bool>{true, true, false, false, false, false});
    CHECK(choice(lines, AngularSums::pairs) == std::vector<bool>(6, false));
    CHECK(choice({"Si 9 Si Si 0 1 16 5"}) == std::vector<bool>{false});
    CHECK(choice({"Si 9 Si Si 0 1 16 5"}, AngularSums::moments) == std::vector<bool>{true});
    CHECK(choice({"Si 9 Si Si 0 1 8 2.5"}) == std::vector<bool>{false});  // three neighbors
    CHECK(choice({"Si 9 Si Si 0 1 8 5"}) == std::vector<bool>{true});
}

TEST_CASE("NNPOT_ANGULAR_SUMS asks for the way in which symmetry functions are summed") {
    const char* const before = std::getenv("NNPOT_ANGULAR_SUMS");
    const std::string kept = before == nullptr ? "" : before;
    const auto wanted = [](const char* name) {
        setenv("NNPOT_ANGULAR_SUMS", name, 1);
        return nnpot::wanted_angular_sums();
    };
    CHECK(wanted("pairs") == AngularSums::pairs);
    CHECK(wanted("moments") == AngularSums::moments);
    CHECK(wanted("automatic") == AngularSums::automatic);
    CHECK(wanted("") == AngularSums::automatic);
    CHECK_THROWS_WITH_AS(wanted("triplets"), "NNPOT_ANGULAR_SUMS: expected automatic, pairs or moments, got 'triplets'",
                         nnpot::InvalidInput);
    setenv("NNPOT_ANGULAR_SUMS", kept.c_str(), 1);
}
