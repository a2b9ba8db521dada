#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "nnpot/cell_list.hpp"
#include "nnpot/error.hpp"
#include "nnpot/force_features.hpp"
#include "reference.hpp"

using nnpot::CutoffFunction;
using nnpot::CutoffType;
using nnpot::ForceFeatures;
using nnpot::RadialGaussian;
using nnpot::StretchedAxes;

namespace {

constexpr double radius = 4.0;
const std::vector<int> elements{8, 1};
const std::vector<RadialGaussian> gaussians{{0.3, 0.0}, {2.0, 1.7}};
const CutoffFunction cutoff(CutoffType::cosine, radius);

nnpot::Structure small_cell() {
    const arma::mat33 cell{{5.0, 0.4, 0.0}, {0.0, 5.5, 0.7}, {0.3, 0.0, 6.0}};
    return reference::random_structure(12, cell, {true, true, false}, {1, 8}, 7);
}

/// The equation for one center, neighbor by neighbor; @p matrix maps a vector on that whose length is d.
double term_by_term(const nnpot::NeighborList& list, std::size_t center, int element, const RadialGaussian& gaussian,
                    const arma::mat33& matrix) {
    double sum = 0.0;
    for (std::size_t n = list.offsets[center]; n < list.offsets[center + 1]; ++n) {
        if (list.neighbor_atomic_number[n] != element) continue;
        const arma::vec3 seen = matrix * arma::vec3{list.dx[n], list.dy[n], list.dz[n]};
        const double d = std::sqrt(arma::accu(seen % seen));
        if (d >= radius) continue;
        sum += std::exp(-gaussian.eta * std::pow(d - gaussian.r_shift, 2)) * 0.5 *
               (std::cos(std::acos(-1.0) * d / radius) + 1.0);
    }
    return sum;
}

/// Divides the part of a vector along the unit vector @p a by @p stretch.
arma::mat33 shrunk_along(const arma::vec3& a, double stretch) {
    return arma::mat33(arma::fill::eye) - (1.0 - 1.0 / stretch) * a * a.t();
}

}  // namespace

TEST_CASE("sphere features are the sums of their equation") {
    const auto list = nnpot::build_neighbor_list(small_cell(), radius);
    const arma::mat found = ForceFeatures(elements, gaussians, cutoff).spheres(list);
    CHECK(arma::abs(found).max() > 0.1);
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        for (std::size_t e = 0; e < 2; ++e) {
            for (std::size_t g = 0; g < 2; ++g) {
                const double expected = term_by_term(list, c, elements[e], gaussians[g], arma::mat33(arma::fill::eye));
                CHECK(found(2 * e + g, c) == doctest::Approx(expected).epsilon(1e-13));
            }
        }
    }
}

TEST_CASE("ellipsoid features measure lengths along an axis in units of the stretch") {
    const double s = std::sqrt(0.5);
    const arma::mat axes{{1.0, 0.0, 3.0}, {0.0, 0.0, 0.0}, {0.0, 2.0, -3.0}};
    const std::vector<arma::vec3> units{{1.0, 0.0, 0.0}, {0.0, 0.0, 1.0}, {s, 0.0, -s}};
    for (const double stretch : {1.5, 0.6}) {
        const StretchedAxes stretched(axes, stretch);
        const auto list = nnpot::build_neighbor_list(small_cell(), stretched.search_radius(radius));
        const auto farther = nnpot::build_neighbor_list(small_cell(), 2.0 * radius);
        const arma::mat found = ForceFeatures(elements, gaussians, cutoff).ellipsoids(list, stretched);
        for (std::size_t c = 0; c < list.n_centers(); ++c) {
            for (std::size_t row = 0; row < 12; ++row) {
                const arma::mat33 matrix = shrunk_along(units[row / 4], stretch);
                const double expected = term_by_term(farther, c, elements[row / 2 % 2], gaussians[row % 2], matrix);
                CHECK(found(row, c) == doctest::Approx(expected).epsilon(1e-12));
            }
        }
    }
}

TEST_CASE("ellipsoid features do not see the inversion of the neighbors, vector features change sign") {
    const auto list = nnpot::build_neighbor_list(small_cell(), 1.5 * radius);
    auto inverted = list;
    for (auto* component : {&inverted.dx, &inverted.dy, &inverted.dz}) {
        for (double& value : *component) value = -value;
    }
    const ForceFeatures features(elements, gaussians, cutoff);
    const StretchedAxes axes(arma::mat(3, 3, arma::fill::eye), 1.5);
    CHECK(arma::abs(features.ellipsoids(list, axes) - features.ellipsoids(inverted, axes)).max() == 0.0);
    CHECK(arma::abs(features.vectors(list) + features.vectors(inverted)).max() == 0.0);
    CHECK(arma::abs(features.vectors(list)).max() > 0.1);
}

TEST_CASE("vector features are sums of unit vectors to the neighbors") {
    const auto list = nnpot::build_neighbor_list(small_cell(), radius);
    const arma::cube found = ForceFeatures(elements, gaussians, cutoff).vectors(list);
    for (std::size_t c = 0; c < list.n_centers(); ++c) {
        arma::mat expected(3, 4, arma::fill::zeros);
        for (std::size_t n = list.offsets[c]; n < list.offsets[c + 1]; ++n) {
            const arma::vec3 r{list.dx[n], list.dy[n], list.dz[n]};
            const double d = std::sqrt(arma::accu(r % r));
            for (std::size_t g = 0; g < 2; ++g) {
                const double weight = std::exp(-gaussians[g].eta * std::pow(d - gaussians[g].r_shift, 2));
                const std::size_t column = (list.neighbor_atomic_number[n] == 8 ? 0 : 2) + g;
                expected.col(column) += r / d * weight * cutoff(d).value;
            }
        }
        CHECK(arma::abs(found.slice(c) - expected).max() < 1e-13);
    }
}

TEST_CASE("force features refuse impossible parameters by name") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto with = [](std::vector<int> numbers, std::vector<RadialGaussian> shapes) {
        return ForceFeatures(std::move(numbers), std::move(shapes), cutoff);
    };
    CHECK_THROWS_WITH_AS(with({14}, {{-0.5, 0.0}}), doctest::Contains("eta must be finite and at least 0"),
                         nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS(with({14}, {{0.5, nan}}), doctest::Contains("r_shift"), nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS(with({14, 14}, gaussians), doctest::Contains("element Si is given twice"),
                         nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS(with({14}, {{0.5, 1.0}, {0.5, 1.0}}), doctest::Contains("given twice"), nnpot::InvalidInput);
    CHECK_THROWS_AS(with({}, gaussians), nnpot::InvalidInput);
    CHECK_THROWS_AS(with({14}, {}), nnpot::InvalidInput);
    const arma::mat axes(3, 1, arma::fill::ones);
    CHECK_THROWS_WITH_AS(StretchedAxes(axes, 0.0), doctest::Contains("stretch"), nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS(StretchedAxes(0.0 * axes, 1.5), doctest::Contains("axes[0]"), nnpot::InvalidInput);
    const auto list = nnpot::build_neighbor_list(small_cell(), radius);
    CHECK_THROWS_AS(with({8}, gaussians).spheres(list), nnpot::UnknownElement);
}
