#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "nnpot/error.hpp"
#include "nnpot/symmetry_function.hpp"

using nnpot::parse_symmetry_function;

TEST_CASE("symmetry function lines are read and written back") {
    for (const std::string text :
         {"Si 1 Si 6", "H 2 O 0.30000000000000004 1.5 6", "Si 4 Si 1.5 6", "Si 3 H O 0.01 -1 16 6",
          "Si 9 H O 0.01 1 1.5 6 2.25", "Si 12 0.1 1.5 6", "Si 13 0.1 1.5 -1 2 6", "Si 20 H -6 6 p1a",
          "Si 21 H O 0.5 6 -30 30 p4", "Si 22 H H 0.5 6 20.5 120 e", "Si 23 1 6 p3a", "Si 24 0 6 90 270 p2",
          "Si 25 0 6 0 180 p2a"}) {
        CHECK(nnpot::to_text(parse_symmetry_function(text)) == text);
    }
    CHECK(nnpot::to_text(parse_symmetry_function("Si 9 O H 1e-2 +1 2 6.0 0.0")) == "Si 9 H O 0.01 1 2 6");
}

TEST_CASE("parameters are converted to Angstrom") {
    const double bohr = 0.529177210903;
    const auto function = parse_symmetry_function("H 2 O 0.5 1.5 12.0", bohr);
    CHECK(function.eta == doctest::Approx(0.5 / (bohr * bohr)));
    CHECK(function.r_shift == doctest::Approx(1.5 * bohr));
    CHECK(function.cutoff == doctest::Approx(12.0 * bohr));
    const auto weighted = parse_symmetry_function("H 13 0.5 1.5 -1.0 2.0 12.0", bohr);
    CHECK(weighted.eta == doctest::Approx(0.5 / (bohr * bohr)));
    CHECK(weighted.r_shift == doctest::Approx(1.5 * bohr));
    CHECK(weighted.lambda == -1.0);
    CHECK(weighted.zeta == 2.0);
    CHECK(weighted.cutoff == doctest::Approx(12.0 * bohr));
    const auto compact = parse_symmetry_function("H 22 O H 1.0 12.0 40.0 120.0 p2a", bohr);
    CHECK(compact.r_low == doctest::Approx(bohr));
    CHECK(compact.cutoff == doctest::Approx(12.0 * bohr));
    CHECK(compact.angle_low == 40.0);
    CHECK(compact.angle_high == 120.0);
    CHECK(compact.subtype == "p2a");
}

TEST_CASE("wrong symmetry function lines say what is wrong") {
    const auto message = [](const std::string& text) -> std::string {
        try {
            (void)parse_symmetry_function(text);
        } catch (const nnpot::InvalidInput& error) {
            return error.what();
        }
        return "accepted";
    };
    CHECK(message("Si 26 Si 1 2 3").find("'26' is not supported") != std::string::npos);
    CHECK(message("Si 2 Si 0.5 0.0").find("center 2 neighbor eta r_shift r_c") != std::string::npos);
    CHECK(message("Si 2 Si 0.5 0.0 6,0").find("got '6,0'") != std::string::npos);
    CHECK(message("Si 2 Sx 0.5 0.0 6.0").find("'Sx' is not the symbol") != std::string::npos);
    CHECK(message("Si 2 Si -0.5 0.0 6.0").find("eta must be >= 0, got -0.5") != std::string::npos);
    CHECK(message("Si 9 Si Si 0.5 1 0 6.0").find("zeta must be > 0") != std::string::npos);
    CHECK(message("Si 2 Si nan 0.0 6.0").find("got 'nan'") != std::string::npos);
    CHECK(message("Si").find("expected an element and a type") != std::string::npos);
    CHECK(message("Si 12 Si 0.5 0 6").find("center 12 eta r_shift r_c") != std::string::npos);
    CHECK(message("Si 13 0.5 0 1 -2 6").find("zeta must be > 0") != std::string::npos);
    CHECK(message("Si 20 Si 0 6").find("center 20 neighbor r_low r_c subtype") != std::string::npos);
    CHECK(message("Si 20 Si 6 6 p1").find("r_low must be below r_c, got 6 and 6") != std::string::npos);
    CHECK(message("Si 20 Si 0 6 p5").find("subtype must be p1 to p4, p1a to p4a or e, got 'p5'") != std::string::npos);
    CHECK(message("Si 23 0 6 ea").find("got 'ea'") != std::string::npos);
    CHECK(message("Si 21 Si Si 0 6 90 90 p1").find("above angle_low") != std::string::npos);
    CHECK(message("Si 22 Si Si 0 6 -190 190 e").find("at most 360") != std::string::npos);
    CHECK(message("Si 24 0 6 -20 30 p1").find("symmetric about that angle, got -20 and 30") != std::string::npos);
    CHECK(message("Si 25 0 6 90 200 p1").find("symmetric about that angle") != std::string::npos);
}

namespace {

void require_order(const std::vector<std::string>& sorted) {
    std::vector<nnpot::SymmetryFunction> functions;
    for (const std::string& text : sorted) functions.push_back(parse_symmetry_function(text));
    std::reverse(functions.begin(), functions.end());
    std::sort(functions.begin(), functions.end(), nnpot::comes_before);
    for (std::size_t i = 0; i < sorted.size(); ++i) CHECK(nnpot::to_text(functions[i]) == sorted[i]);
}

}  // namespace

TEST_CASE("the sort order is type, cutoff, eta, shift, zeta, lambda, elements") {
    require_order({"O 2 H 0.1 0 5", "O 2 O 0.1 0 5", "O 2 H 0.1 1 5", "O 2 H 0.5 0 5", "O 2 H 0.01 0 6",
                   "O 3 H H 0.1 -1 1 6", "O 3 H O 0.1 -1 1 6", "O 3 H H 0.1 1 1 6", "O 3 H H 0.1 -1 4 6",
                   "O 9 H H 0.01 -1 1 5", "O 12 0.5 2 5", "O 12 0.1 0 6", "O 12 0.1 1 6", "O 12 0.2 0 6",
                   "O 13 0.5 2 1 4 5", "O 13 0.1 0 1 2 6", "O 13 0.1 1 -1 1 6", "O 13 0.1 1 1 1 6",
                   "O 13 0.1 1 -1 2 6"});
}

TEST_CASE("the sort order of compact functions is type, subtype, elements, cutoff, lower end, angles") {
    require_order({"O 20 O 1 6 e",          "O 20 H 1 6 p1",         "O 20 H 0 6 p1a",        "O 20 H 1 5 p2",
                   "O 20 H 0 6 p2",         "O 20 H 1 6 p2",         "O 20 O 0 5 p2",         "O 20 H 0 5 p2a",
                   "O 21 O O 2 7 20 90 p1", "O 21 H H 1 6 20 90 p2", "O 21 H O 2 5 20 90 p2", "O 21 H O 0 6 20 90 p2",
                   "O 21 H O 1 6 10 90 p2", "O 21 H O 1 6 20 70 p2", "O 21 H O 1 6 20 90 p2", "O 21 O O 0 5 0 90 p2",
                   "O 22 H H 0 5 0 90 p1",  "O 23 2 6 p1",           "O 23 2 5 p2",           "O 23 0 6 p2",
                   "O 24 2 6 20 90 p1",     "O 24 2 5 20 90 p2",     "O 24 0 6 20 90 p2",     "O 24 1 6 10 90 p2",
                   "O 24 1 6 20 80 p2",     "O 25 0 5 0 90 p1"});
}
