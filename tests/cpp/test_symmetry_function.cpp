#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "nnpot/error.hpp"
#include "nnpot/symmetry_function.hpp"

using nnpot::parse_symmetry_function;

TEST_CASE("symmetry function lines are read and written back") {
    for (const std::string text : {"Si 1 Si 6", "H 2 O 0.30000000000000004 1.5 6", "Si 4 Si 1.5 6",
                                   "Si 3 H O 0.01 -1 16 6", "Si 9 H O 0.01 1 1.5 6 2.25"}) {
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
    CHECK(message("Si 21 Si 1 2 3").find("'21' is not supported") != std::string::npos);
    CHECK(message("Si 2 Si 0.5 0.0").find("center 2 neighbor eta r_shift r_c") != std::string::npos);
    CHECK(message("Si 2 Si 0.5 0.0 6,0").find("got '6,0'") != std::string::npos);
    CHECK(message("Si 2 Sx 0.5 0.0 6.0").find("'Sx' is not the symbol") != std::string::npos);
    CHECK(message("Si 2 Si -0.5 0.0 6.0").find("eta must be >= 0, got -0.5") != std::string::npos);
    CHECK(message("Si 9 Si Si 0.5 1 0 6.0").find("zeta must be > 0") != std::string::npos);
    CHECK(message("Si 2 Si nan 0.0 6.0").find("got 'nan'") != std::string::npos);
    CHECK(message("Si").find("expected an element and a type") != std::string::npos);
}

TEST_CASE("the sort order is type, cutoff, eta, shift, zeta, lambda, elements") {
    const std::vector<std::string> sorted{
        "O 2 H 0.1 0 5",      "O 2 O 0.1 0 5",      "O 2 H 0.1 1 5",     "O 2 H 0.5 0 5",      "O 2 H 0.01 0 6",
        "O 3 H H 0.1 -1 1 6", "O 3 H O 0.1 -1 1 6", "O 3 H H 0.1 1 1 6", "O 3 H H 0.1 -1 4 6", "O 9 H H 0.01 -1 1 5"};
    std::vector<nnpot::SymmetryFunction> functions;
    for (const std::string& text : sorted) functions.push_back(parse_symmetry_function(text));
    std::reverse(functions.begin(), functions.end());
    std::sort(functions.begin(), functions.end(), nnpot::comes_before);
    for (std::size_t i = 0; i < sorted.size(); ++i) CHECK(nnpot::to_text(functions[i]) == sorted[i]);
}
