#include <doctest/doctest.h>

#include "nnpot/error.hpp"
#include "nnpot/scaler.hpp"

using nnpot::Scaler;
using nnpot::ScalingMode;

namespace {

const nnpot::ScalingData data{arma::vec{1.0, -2.0}, arma::vec{3.0, 2.0}, arma::vec{1.5, 0.5}, arma::vec{0.5, 2.0}};

double scaled(ScalingMode mode, double low, double high, double value) {
    double values[2] = {value, 0.0};
    Scaler(mode, data, low, high, "Si").apply(values);
    return values[0];
}

}  // namespace

TEST_CASE("every scaling mode follows its formula") {
    const double g = 2.2;
    CHECK(scaled(ScalingMode::none, 0, 1, g) == g);
    CHECK(scaled(ScalingMode::scale, -1, 2, g) == doctest::Approx(-1 + 3 * (g - 1.0) / 2.0));
    CHECK(scaled(ScalingMode::center, -1, 2, g) == doctest::Approx(g - 1.5));
    CHECK(scaled(ScalingMode::scale_center, -1, 2, g) == doctest::Approx(-1 + 3 * (g - 1.5) / 2.0));
    CHECK(scaled(ScalingMode::sigma, -1, 2, g) == doctest::Approx(-1 + 3 * (g - 1.5) / 0.5));
}

TEST_CASE("a function without range is refused by name where the mode divides by it") {
    nnpot::ScalingData flat = data;
    flat.min(1) = flat.max(1);
    flat.sigma(1) = 0.0;
    CHECK_THROWS_WITH_AS(Scaler(ScalingMode::scale, flat, 0, 1, "Si"), doctest::Contains("symmetry function 2 of Si"),
                         nnpot::InvalidInput);
    CHECK_THROWS_AS(Scaler(ScalingMode::sigma, flat, 0, 1, "Si"), nnpot::InvalidInput);
    CHECK_NOTHROW(Scaler(ScalingMode::center, flat, 0, 1, "Si"));
}
