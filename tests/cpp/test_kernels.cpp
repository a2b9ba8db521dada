#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "sweeps.hpp"

// The vectorised loops against the slow reference where vectors, tiles and polynomials have their ends. All runs in
// double and in mixed precision; CMakeLists.txt repeats it for every instruction set.

using nnpot::CutoffType;
using nnpot::Precision;
using reference::make_set;
using reference::precisions;
using reference::sweep;

namespace {

bool is_double(Precision precision) { return precision == Precision::full; }

/// A list of centers with one H each, along x, at the given distances.
nnpot::NeighborList pairs(const std::vector<double>& distances) {
    nnpot::NeighborList list;
    for (const double r : distances) {
        list.begin_center(0, 8);
        list.add_neighbor(1, 1, r, 0.0, 0.0);
    }
    return list;
}

/// A fine grid up to beyond @p high, and ever closer to both ends of a function.
std::vector<double> distances_for(double low, double high) {
    std::vector<double> distances;
    for (double r = 0.01; r < high + 0.1; r += 0.01) distances.push_back(r);
    for (double gap = 1e-2; gap > 1e-15; gap *= 0.3) {
        distances.insert(distances.end(), {high - gap, high + gap});
        if (low > 0.1) distances.insert(distances.end(), {low - gap, low + gap});
    }
    distances.insert(distances.end(), {high, std::nextafter(high, 0.0), 1e-3});
    if (low > 0.1) distances.push_back(low);
    return distances;
}

/// The polynomials of seventh and ninth order are sums of large numbers.
bool is_long_polynomial(const nnpot::SymmetryFunction& function, CutoffType type) {
    if (function.is_compact()) return function.subtype[1] == '3' || function.subtype[1] == '4';
    return type == CutoffType::poly3 || type == CutoffType::poly4;
}

/// How much value and slope may differ: what the evaluation adds, and what the rounding of the distance does. The
/// kernels do not go nearer to an end than 1e-12 of the width.
template <typename Expected>
nnpot::ValueAndSlope tolerance(const Expected& expected, const nnpot::SymmetryFunction& function, CutoffType type,
                               double r, Precision precision) {
    const double relative = is_double(precision) ? 1e-13 : 0.0;
    const double rounding = (is_double(precision) ? 2.3e-16 : 1.2e-7) * 6.0;
    const double single = is_long_polynomial(function, type) ? 1e-4 : 1e-5;
    const auto [value, slope] = expected(function, r);
    const double of_slope = value < 1e-20 ? 3e-12 : 1e-14;
    nnpot::ValueAndSlope result{relative * std::abs(value) + (is_double(precision) ? 1e-22 : single),
                                relative * std::abs(slope) + (is_double(precision) ? of_slope : single)};
    for (const double apart : {-2.0 * rounding, -rounding, rounding, 2.0 * rounding}) {
        const auto [near_value, near_slope] = expected(function, r + apart);
        result.value += std::abs(near_value - value);
        result.slope += std::abs(near_slope - slope);
    }
    return result;
}

/// Compares value and slope of one radial function with those that @p expected gives for a distance.
template <typename Expected>
void require_curve(const std::string& text, CutoffType type, double alpha, double low, const Expected& expected) {
    const auto set = make_set({text}, type, alpha);
    const nnpot::SymmetryFunction& function = set.functions()[0];
    const std::vector<double> distances = distances_for(low, function.cutoff);
    const auto list = pairs(distances);
    double largest = 0.0;
    for (const Precision precision : precisions) {
        for (std::size_t i = 0; i < distances.size(); ++i) {
            const auto got = sweep(set, list, i, precision);
            const auto [value, slope] = expected(function, distances[i]);
            const auto allowed = tolerance(expected, function, type, distances[i], precision);
            CAPTURE(text);
            CAPTURE(static_cast<int>(type));
            CAPTURE(is_double(precision));
            CAPTURE(distances[i]);
            CHECK(std::abs(got.values[0] - value) <= allowed.value);
            CHECK(std::abs(got.gradient(0, 0) - slope) <= allowed.slope);
            largest = std::max(largest, std::abs(value));
        }
    }
    CHECK(largest > 0.4);
}

}  // namespace

TEST_CASE("symmetry function kernels: cutoffs to 1e-13 in double and 1e-5 in mixed, up to both ends") {
    for (const int number : {0, 1, 2, 3, 4, 5, 6, 7, 8}) {
        const CutoffType type = nnpot::cutoff_type_from_number(number);
        for (const double alpha : {0.0, 0.35}) {
            require_curve("O 1 H 6.0", type, alpha, alpha * 6.0, [=](const auto& function, double r) {
                const double inner = nnpot::CutoffFunction(type, function.cutoff, alpha).inner_radius();
                return reference::cutoff_function(type, function.cutoff, inner, r);
            });
        }
    }
}

TEST_CASE("symmetry function kernels: compact functions to 1e-13 in double and 1e-5 in mixed, up to both ends") {
    for (const std::string subtype : {"p1", "p2", "p3", "p4", "p1a", "p2a", "p3a", "p4a", "e"}) {
        for (const double low : {-6.0, 0.0, 1.5}) {
            const std::string text = "O 20 H " + std::to_string(low) + " 6.0 " + subtype;
            require_curve(text, CutoffType::cosine, 0.0, low,
                          [](const auto& function, double r) { return reference::compact_function(function, r); });
        }
    }
}

TEST_CASE("symmetry function kernels: exponentials down to 1e-300 in double and 1e-37 in mixed") {
    for (const Precision precision : precisions) {
        const double epsilon = is_double(precision) ? 2.3e-16 : 1.2e-7, largest = is_double(precision) ? 690.0 : 85.0;
        std::vector<double> distances;
        for (double r = 0.5; r < 20.0; r += 0.037) distances.push_back(r);
        const auto list = pairs(distances);
        for (const double eta : {0.0, 1e-3, 0.01, 0.2, 1.7, 12.0}) {
            for (const double shift : {0.0, 2.3}) {
                const auto set =
                    make_set({"O 2 H " + std::to_string(eta) + " " + std::to_string(shift) + " 20"}, CutoffType::hard);
                for (std::size_t i = 0; i < distances.size(); ++i) {
                    const double argument = eta * std::pow(distances[i] - shift, 2);
                    if (argument > largest) continue;
                    const double expected = std::exp(-argument);
                    CAPTURE(eta);
                    CAPTURE(distances[i]);
                    CHECK(std::abs(sweep(set, list, i, precision).values[0] - expected) <=
                          epsilon * (4.0 + 4.0 * argument + 8.0 * eta * distances[i] * shift) * expected);
                }
            }
        }
    }
}

TEST_CASE("symmetry function kernels: powers of the angle for any zeta and lambda") {
    for (const Precision precision : precisions) {
        const double epsilon = is_double(precision) ? 1e-15 : 5e-7, smallest = is_double(precision) ? 1e-300 : 1e-37;
        for (const std::string zeta : {"0.5", "1", "1.5", "2", "3", "4", "6", "9", "16", "20", "33", "64"}) {
            for (const std::string lambda : {"1", "-1", "0.7", "-1.5"}) {
                const auto set = make_set({"O 9 H H 0 " + lambda + " " + zeta + " 6"}, CutoffType::hard, 0.0,
                                          nnpot::AngularSums::pairs);
                for (double angle = 0.005; angle < 3.14; angle += 0.07) {
                    nnpot::NeighborList list;
                    list.begin_center(0, 8);
                    list.add_neighbor(1, 1, 1.4, 0.0, 0.0);
                    list.add_neighbor(2, 1, 2.1 * std::cos(angle), 2.1 * std::sin(angle), 0.0);
                    const double z = std::stod(zeta), base = 1.0 + std::stod(lambda) * std::cos(angle);
                    const double expected = base > 0.0 ? 2.0 * std::pow(base / 2.0, z) : 0.0;
                    const double slope = base > 0.0 ? std::stod(lambda) * z * std::pow(base / 2.0, z - 1.0) : 0.0;
                    const auto got = sweep(set, list, 0, precision);
                    const double of_angle =  // d/dangle: the second neighbor turns
                        2.1 * (got.gradient(1, 1) * std::cos(angle) - got.gradient(0, 1) * std::sin(angle));
                    const double relative = epsilon * (4.0 + 2.0 * z / std::max(base, 1e-9));
                    CAPTURE(is_double(precision));
                    CAPTURE(set.functions()[0].zeta);
                    CAPTURE(set.functions()[0].lambda);
                    CAPTURE(angle);
                    CHECK(std::abs(got.values[0] - expected) <= relative * expected + smallest);
                    CHECK(std::abs(of_angle + slope * std::sin(angle)) <= relative * std::abs(slope) + smallest);
                }
            }
        }
    }
}

namespace {

/// Functions of every kind, in groups of different sizes; etas that are multiples of others and some that are not.
const std::vector<std::string> texts{"O 1 H 5.0",
                                     "O 2 H 0.4 0.0 5.0",
                                     "O 2 O 0.4 1.3 5.0",
                                     "O 4 H 1.3 5.0",
                                     "O 3 H H 0.01 1 1 5.0",
                                     "O 3 H H 0.03 1 2 5.0",
                                     "O 3 H H 0.07 -1 4 5.0",
                                     "O 3 H H 0.2 1 16 5.0",
                                     "O 3 H H 0.2 -1 1.5 5.0",
                                     "O 3 H H 0.2 -1 3 5.0",
                                     "O 3 H H 0.2 1 6 5.0",
                                     "O 3 H H 0.2 1 64 5.0",
                                     "O 3 H H 0.016180339887 1 1 5.0",
                                     "O 3 H O 0.0 1 0.5 5.0",
                                     "O 3 H O 0.05 -1 2 5.0 1.1",
                                     "O 3 H O 0.05 1 2 5.0",
                                     "O 3 H O 0.10 1 2 5.0 1.1",
                                     "O 3 O O 0.3 1 1 4.0 0.7",
                                     "O 9 H H 0.0 1 1 5.0",
                                     "O 9 H H 0.01 -1 1 5.0",
                                     "O 9 H O 0.02 1 4 5.0 0.5",
                                     "O 9 O O 0.3 -1 2.5 4.0",
                                     "O 12 0.3 0.5 5.0",
                                     "O 13 0.02 0.5 1 2 4.5",
                                     "O 13 0.0 0.0 -1 1 4.5",
                                     "O 20 H 0.8 5.0 p2",
                                     "O 21 H O -4.0 4.5 20 170 p3a",
                                     "O 22 H H 0.2 5.0 10 150 e",
                                     "O 22 H H 0.2 5.0 60 90 p1",
                                     "O 23 0.0 5.0 p4",
                                     "O 24 -1.0 5.0 20 150 p1",
                                     "O 25 0.0 4.0 30 170 p2a"};

/// Sums of this many terms of this size have been added up in single precision.
double rounding(Precision precision) { return is_double(precision) ? 1e-12 : 2e-5; }

void require_reference(const nnpot::SymmetryFunctionSet& set, const nnpot::NeighborList& list, Precision precision) {
    const auto got = sweep(set, list, 0, precision);
    const auto expected = reference::slow_values(set, list, 0, CutoffType::poly2, 0.1);
    for (std::size_t f = 0; f < set.size(); ++f) {
        CAPTURE(nnpot::to_text(set.functions()[f]));
        CAPTURE(list.n_pairs());
        CAPTURE(is_double(precision));
        CHECK(std::abs(got.values[f] - expected[f]) <= rounding(precision) * (1e-2 + std::abs(expected[f])));
    }
}

/// The derivative along a random direction of all neighbors, for random weights.
void require_gradient(const nnpot::SymmetryFunctionSet& set, nnpot::NeighborList list, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<double> weights(set.size());
    for (double& weight : weights) weight = normal(random);
    const std::size_t n = list.n_pairs();
    arma::mat direction(3, n);
    direction.imbue([&] { return normal(random); });
    const double in_double = arma::accu(sweep(set, list, 0, Precision::full, weights).gradient % direction);
    const double in_mixed = arma::accu(sweep(set, list, 0, Precision::mixed, weights).gradient % direction);
    const auto weighted = [&](double step) {
        nnpot::NeighborList moved = list;
        for (std::size_t p = 0; p < n; ++p) {
            moved.dx[p] += step * direction(0, p);
            moved.dy[p] += step * direction(1, p);
            moved.dz[p] += step * direction(2, p);
        }
        const auto values = sweep(set, moved, 0).values;
        return std::inner_product(values.begin(), values.end(), weights.begin(), 0.0);
    };
    const double h = 1e-4, near = weighted(h) - weighted(-h), far = weighted(2 * h) - weighted(-2 * h);
    const double expected = (8.0 * near - far) / (12.0 * h), scale = 1.0 + std::abs(expected);
    CAPTURE(n);
    CHECK(std::abs(in_double - expected) <= 2e-7 * scale);
    CHECK(std::abs(in_mixed - in_double) <= 2e-4 * scale);
}

/// The change of every function along a random direction is its gradient times the direction.
void require_tangent(const nnpot::SymmetryFunctionSet& set, const nnpot::NeighborList& list, Precision precision,
                     unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    arma::mat direction(3, list.n_pairs());
    direction.imbue([&] { return normal(random); });
    const auto changes = reference::tangent(set, list, 0, precision, direction);
    for (std::size_t f = 0; f < set.size(); ++f) {
        std::vector<double> weights(set.size(), 0.0);
        weights[f] = 1.0;
        const arma::mat products = sweep(set, list, 0, precision, weights).gradient % direction;
        CAPTURE(nnpot::to_text(set.functions()[f]));
        CAPTURE(list.n_pairs());
        CAPTURE(is_double(precision));
        const double scale = 1e-2 + arma::accu(arma::abs(products));
        CHECK(std::abs(changes[f] - arma::accu(products)) <= rounding(precision) * scale);
    }
}

/// Between neighbors; where it vanishes the derivatives of shifted functions by it are rounding.
double smallest_distance(const nnpot::NeighborList& list) {
    double smallest = 1e9;
    for (std::size_t j = 0; j < list.n_pairs(); ++j) {
        for (std::size_t k = 0; k < j; ++k) {
            smallest = std::min(smallest,
                                std::hypot(list.dx[j] - list.dx[k], list.dy[j] - list.dy[k], list.dz[j] - list.dz[k]));
        }
    }
    return smallest;
}

}  // namespace

TEST_CASE("symmetry function kernels: any number of neighbors, alone and with many triplets") {
    const auto set = make_set(texts, CutoffType::poly2, 0.1);
    for (std::size_t n = 0; n <= 40; ++n) {
        const auto list = reference::random_environment(n, 1.0, 5.2, static_cast<unsigned>(100 + n));
        for (const Precision precision : precisions) {
            require_reference(set, list, precision);
            require_tangent(set, list, precision, static_cast<unsigned>(n));
        }
        require_gradient(set, list, static_cast<unsigned>(n));
    }
    const auto crowd = reference::random_environment(120, 1.0, 5.0, 99);  // 3160 triplets of H alone: 25 tiles
    for (const Precision precision : precisions) {
        require_reference(set, crowd, precision);
        require_tangent(set, crowd, precision, 99);
    }
    require_gradient(set, crowd, 99);
}

TEST_CASE("symmetry function kernels: a function is the same alone and in any company") {
    const auto all = make_set(texts, CutoffType::poly2, 0.1);
    const auto list = reference::random_environment(30, 1.0, 5.2, 7);
    const auto together = sweep(all, list, 0);
    for (std::size_t f = 0; f < all.size(); ++f) {
        const auto alone_set = make_set({nnpot::to_text(all.functions()[f])}, CutoffType::poly2, 0.1);
        const auto alone = sweep(alone_set, list, 0);
        std::vector<double> weights(all.size(), 0.0);
        weights[f] = 1.0;
        const arma::mat gradient = sweep(all, list, 0, Precision::full, weights).gradient;
        CAPTURE(nnpot::to_text(all.functions()[f]));
        CHECK(std::abs(together.values[f] - alone.values[0]) <= 1e-13 * (1.0 + std::abs(alone.values[0])));
        CHECK(arma::abs(gradient - alone.gradient).max() <= 1e-12 * (1e-3 + arma::abs(alone.gradient).max()));
    }
}

TEST_CASE("symmetry function kernels: more functions of one exponent than go through a loop together") {
    for (int n = 1; n <= 13; ++n) {
        std::vector<std::string> lines;
        for (int i = 1; i <= n; ++i) {
            lines.push_back("O 3 H H 0.05 1 " + std::to_string(i) + " 5.0 0.4");
            lines.push_back("O 9 H O 0.05 -1 " + std::to_string(i) + " 5.0");
            lines.push_back("O 3 H H 0.08 1 " + std::to_string(i) + " 5.0");
        }
        const auto set = make_set(lines, CutoffType::poly2, 0.1);
        const auto list = reference::random_environment(14, 1.0, 5.2, 17);
        for (const Precision precision : precisions) {
            require_reference(set, list, precision);
            require_tangent(set, list, precision, 17);
        }
        require_gradient(set, list, 17);
    }
}

TEST_CASE("symmetry function kernels: neighbors on one line, on one place, and at the cutoff") {
    const auto set = make_set(texts, CutoffType::poly2, 0.1);
    const auto environment = [](const std::vector<arma::vec3>& positions) {
        nnpot::NeighborList list;
        list.begin_center(0, 8);
        for (std::size_t i = 0; i < positions.size(); ++i) {
            list.add_neighbor(i + 1, i % 3 == 0 ? 8 : 1, positions[i](0), positions[i](1), positions[i](2));
        }
        return list;
    };
    const arma::vec3 x{1.5, 0, 0}, y{0, 2.2, 0}, z{0, 0, 1.9};
    const std::vector<nnpot::NeighborList> lists{
        environment({x, -x, 2.0 * x, y, -1.3 * y, z}),                                   // on one line
        environment({y, x, x + 1e-3 * y, z}),                                            // r_jk → 0
        environment({y, x, x + arma::vec3{0, 1e-6, 0}, z, x + arma::vec3{1e-6, 0, 0}}),  // nearly 0
        environment({y, x, x, z}),                                                       // 0
        environment({z, {5.0, 0, 0}, {0, std::nextafter(5.0, 0.0), 0}, {0, 0, -5.0}, x, {0, 3.9999999999, 0}}),
        environment({z, {2.5, 0, 0}, {-2.5, 0, 0}, {0, 2.5, 0}}),              // r_jk at the cutoff
        environment({{1e-3, 0, 0}, {0, 1e-3, 0}, {0, 0, 2e-3}, {0.3, 0, 0}}),  // close to the center
    };
    for (const nnpot::NeighborList& list : lists) {
        for (const Precision precision : precisions) {
            require_reference(set, list, precision);
            if (smallest_distance(list) > 1e-4) require_tangent(set, list, precision, 5);
            CHECK(sweep(set, list, 0, precision).gradient.is_finite());
        }
    }
}
