#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "reference_potential.hpp"

// Energies, forces and virials of whole potentials where a neighbor crosses a radius.

namespace {

constexpr double step = 1e-6;

const std::vector<std::string> with_cutoff_function{"1 H 5.0",
                                                    "2 O 0.2 0.0 5.0",
                                                    "4 O 1.3 5.0",
                                                    "3 H O 0.1 -1 2 5.0 0.5",
                                                    "3 O O 0.05 1 1 5.0",
                                                    "9 H O 0.1 1 4 5.0 1.2",
                                                    "9 H H 0.02 -1 1.5 5.0",
                                                    "12 0.3 0.5 5.0",
                                                    "13 0.02 0.5 1 2 5.0"};

/// A cluster whose last atom lies at a distance from the first, with others beside both.
nnpot::Structure cluster(double distance) {
    const arma::mat positions{{0.0, 0.4, -1.1, 1.0, distance - 1.3, distance},
                              {0.0, 1.5, 0.9, -1.2, 0.7, 0.0},
                              {0.0, -0.6, 1.2, 0.8, 1.1, 0.0}};
    return {positions, {8, 1, 8, 1, 8, 1}, nnpot::Cell(arma::mat33(arma::fill::eye), {false, false, false})};
}

/// Largest change of energy, forces and virial while the last atom moves by two steps across @p distance.
double change_at(const nnpot::Model& model, double distance, nnpot::Precision precision = nnpot::Precision::full) {
    nnpot::Potential potential(model, precision);
    const auto before = reference::compute(potential, cluster(distance - step));
    const auto after = reference::compute(potential, cluster(distance + step));
    return std::max({std::abs(after.energy - before.energy), arma::abs(after.forces - before.forces).max(),
                     arma::abs(after.virial - before.virial).max()});
}

nnpot::Model model_with(nnpot::CutoffType type, double alpha, const std::vector<std::string>& functions) {
    nnpot::Model model = reference::random_model(51, functions);
    model.cutoff_type = type;
    model.cutoff_alpha = alpha;
    for (nnpot::ElementModel& element : model.elements) element.atom_energy = 0.0;
    return model;
}

/// Largest slope of forces and virial nearby: what two steps may change at most.
double usual_change(const nnpot::Model& model, double distance) {
    double largest = 0.0;
    for (const double apart : {-0.02, -0.01, -0.005, 0.005, 0.01, 0.02}) {
        largest = std::max(largest, change_at(model, distance + apart));
    }
    return largest;
}

}  // namespace

TEST_CASE("potentials are continuous with their forces and virials where a neighbor crosses the cutoff") {
    for (const int number : {1, 2, 3, 4, 5, 6, 7, 8}) {
        for (const double alpha : {0.0, 0.4}) {
            const auto model = model_with(nnpot::cutoff_type_from_number(number), alpha, with_cutoff_function);
            CAPTURE(number);
            CAPTURE(alpha);
            CHECK(change_at(model, 5.0) < 2.0 * usual_change(model, 5.0));
            CHECK(change_at(model, 5.0) < 1e-3);
            if (alpha > 0.0) CHECK(change_at(model, 2.0) < 3.0 * usual_change(model, 2.0));  // the inner radius
        }
    }
}

TEST_CASE("potentials of compact functions are continuous with their forces at both ends") {
    for (const std::string subtype : {"p1", "p2", "p3", "p4", "p2a", "e"}) {
        const auto model =
            model_with(nnpot::CutoffType::cosine, 0.0,
                       {"20 H 2.0 5.0 " + subtype, "20 O 2.0 5.0 " + subtype, "21 H O 2.0 5.0 10 170 " + subtype,
                        "22 H H 2.0 5.0 0 180 " + subtype, "23 2.0 5.0 " + subtype, "24 2.0 5.0 20 160 " + subtype});
        CAPTURE(subtype);
        CHECK(change_at(model, 5.0) < 2.0 * usual_change(model, 5.0));
        CHECK(change_at(model, 2.0) < 3.0 * usual_change(model, 2.0));
    }
}

TEST_CASE("mixed precision: what jumps at the cutoff is below the rounding of single precision") {
    for (const int number : {1, 2, 4, 6}) {
        const auto model = model_with(nnpot::cutoff_type_from_number(number), 0.0, with_cutoff_function);
        nnpot::Potential potential(model);
        const double largest = arma::abs(reference::compute(potential, cluster(5.0)).forces).max();
        CHECK(change_at(model, 5.0, nnpot::Precision::mixed) < 1e-5 * largest);
    }
}

TEST_CASE("potentials jump at a hard cutoff: the tests of continuity can fail") {
    CHECK(change_at(model_with(nnpot::CutoffType::hard, 0.0, with_cutoff_function), 5.0) > 1e-3);
}
