#include <doctest/doctest.h>

#include <cmath>

#include "nnpot/cutoff_function.hpp"
#include "nnpot/error.hpp"

using nnpot::CutoffFunction;
using nnpot::CutoffType;

namespace {

constexpr CutoffType smooth_types[] = {CutoffType::cosine, CutoffType::tanh3_unnormalized,
                                       CutoffType::tanh3,  CutoffType::exponential,
                                       CutoffType::poly1,  CutoffType::poly2,
                                       CutoffType::poly3,  CutoffType::poly4};

}  // namespace

TEST_CASE("cutoff functions have the values of their formulas") {
    const double r_c = 6.0, r = 2.5, x = r / r_c, pi = std::acos(-1.0);
    const double tanh_cubed = std::pow(std::tanh(1.0 - x), 3);
    CHECK(CutoffFunction(CutoffType::hard, r_c)(r).value == 1.0);
    CHECK(CutoffFunction(CutoffType::cosine, r_c)(r).value ==
          doctest::Approx(0.5 * (std::cos(pi * x) + 1)).epsilon(1e-14));
    CHECK(CutoffFunction(CutoffType::tanh3_unnormalized, r_c)(r).value == doctest::Approx(tanh_cubed).epsilon(1e-14));
    CHECK(CutoffFunction(CutoffType::tanh3, r_c)(r).value ==
          doctest::Approx(tanh_cubed / std::pow(std::tanh(1.0), 3)).epsilon(1e-14));
    CHECK(CutoffFunction(CutoffType::exponential, r_c)(r).value ==
          doctest::Approx(std::exp(1.0 - 1.0 / (1.0 - x * x))).epsilon(1e-14));
    CHECK(CutoffFunction(CutoffType::poly1, r_c)(r).value == doctest::Approx((2 * x - 3) * x * x + 1).epsilon(1e-14));
    CHECK(CutoffFunction(CutoffType::poly2, r_c)(r).value ==
          doctest::Approx(((15 - 6 * x) * x - 10) * x * x * x + 1).epsilon(1e-14));
    CHECK(CutoffFunction(CutoffType::poly3, r_c)(r).value ==
          doctest::Approx((x * (x * (20 * x - 70) + 84) - 35) * std::pow(x, 4) + 1).epsilon(1e-14));
    CHECK(CutoffFunction(CutoffType::poly4, r_c)(r).value ==
          doctest::Approx((x * (x * ((315 - 70 * x) * x - 540) + 420) - 126) * std::pow(x, 5) + 1).epsilon(1e-14));
}

TEST_CASE("the slope of a cutoff function is the derivative of its value") {
    for (const CutoffType type : smooth_types) {
        for (const double alpha : {0.0, 0.3}) {
            const CutoffFunction function(type, 5.0, alpha);
            for (const double r : {0.7, 1.49, 2.0, 3.3, 4.9}) {
                const double h = 1e-5;
                const double expected = (function(r + h).value - function(r - h).value) / (2.0 * h);
                CAPTURE(static_cast<int>(type));
                CAPTURE(r);
                CHECK(function(r).slope == doctest::Approx(expected).epsilon(1e-6).scale(1e-3));
            }
        }
    }
}

TEST_CASE("value and slope vanish at the cutoff and beyond, without NaN") {
    for (const CutoffType type : smooth_types) {
        const CutoffFunction function(type, 5.0);
        for (const double r : {5.0, 5.0 + 1e-15, 7.0}) {
            CHECK(function(r).value == 0.0);
            CHECK(function(r).slope == 0.0);
        }
        const double just_below = std::nextafter(5.0, 0.0);
        CHECK(std::abs(function(just_below).value) < 1e-14);
        CHECK(std::abs(function(just_below).slope) < 1e-14);
    }
}

TEST_CASE("below the inner radius a cutoff function is 1") {
    CHECK(CutoffFunction(CutoffType::cosine, 5.0, 0.4)(1.9).value == 1.0);
    CHECK(CutoffFunction(CutoffType::cosine, 5.0, 0.4)(2.1).value < 1.0);
    CHECK(CutoffFunction(CutoffType::tanh3, 5.0, 0.4)(1.9).value < 1.0);
}

TEST_CASE("wrong parameters of a cutoff function are named") {
    CHECK_THROWS_WITH_AS(CutoffFunction(CutoffType::cosine, -1.0), doctest::Contains("got -1"), nnpot::InvalidInput);
    CHECK_THROWS_AS(CutoffFunction(CutoffType::cosine, NAN), nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS(CutoffFunction(CutoffType::cosine, 5.0, 1.0), doctest::Contains("below 1"),
                         nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS(nnpot::cutoff_type_from_number(9), doctest::Contains("got 9"), nnpot::InvalidInput);
}
