#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "nnpot/descriptor.hpp"
#include "nnpot/error.hpp"
#include "nnpot/symmetry_function_set.hpp"
#include "reference.hpp"

namespace {

const arma::mat33 triclinic{{7.0, 2.5, -1.5}, {0.0, 6.0, 2.0}, {0.0, 0.0, 8.0}};

/// Every type, with and without shift, same and mixed neighbors, whole and broken zeta, two cutoffs.
const std::vector<std::string> texts{"O 1 H 4.0",
                                     "O 1 O 5.0",
                                     "O 2 H 0.4 0.0 5.0",
                                     "O 2 H 0.4 1.3 5.0",
                                     "O 2 O 0.0 0.0 5.0",
                                     "O 4 H 1.3 5.0",
                                     "O 4 O 0.7 4.0",
                                     "O 3 H H 0.10 1 1 5.0",
                                     "O 3 H H 0.10 -1 1 5.0",
                                     "O 3 H O 0.05 1 2 5.0",
                                     "O 3 O O 0.02 -1 4 4.0",
                                     "O 3 H O 0.03 1 16 5.0 1.1",
                                     "O 3 H H 0.0 0.7 1.5 5.0",
                                     "O 9 H H 0.10 1 1 5.0",
                                     "O 9 H O 0.05 -1 8 5.0",
                                     "O 9 O O 0.02 1 3 5.0 2.0",
                                     "O 9 H O 0.02 -1 2.5 4.0 0.5",
                                     "O 9 H H 0.02 1 6 5.0",
                                     "O 9 O O 0.03 1 32 5.0",
                                     "O 9 O O 0.03 -1 64 5.0",
                                     "O 12 0.4 0.0 5.0",
                                     "O 12 0.3 1.3 4.0",
                                     "O 13 0.05 0.0 1 2 5.0",
                                     "O 13 0.03 1.1 -1 1.5 4.0",
                                     "O 20 H -5.0 5.0 p2",
                                     "O 20 H 1.0 4.0 e",
                                     "O 20 O 0.5 5.0 p3a",
                                     "O 21 H O 0.5 5.0 40 160 p3",
                                     "O 21 O O -5.0 5.0 -90 90 p1a",
                                     "O 21 H H 0.0 5.0 90 270 e",
                                     "O 22 H O 1.0 5.0 -120 120 p4a",
                                     "O 22 H O 1.0 5.0 0 130 p4a",
                                     "O 22 H H 0.0 5.0 60 300 p1",
                                     "O 23 0.5 5.0 p2",
                                     "O 24 -5.0 5.0 0 180 p2a",
                                     "O 24 0.5 5.0 60 300 p3",
                                     "O 25 0.0 5.0 -180 180 p1",
                                     "O 25 1.0 5.0 20 140 p3a"};

/// Every compact type with every subtype.
std::vector<std::string> compact_texts() {
    std::vector<std::string> lines;
    for (const std::string subtype : {"p1", "p2", "p3", "p4", "p1a", "p2a", "p3a", "p4a", "e"}) {
        for (const std::string line : {"O 20 H 0.8 5.0 ", "O 21 H O -4.0 4.5 20 170 ", "O 22 H H 0.2 5.0 10 150 ",
                                       "O 23 0.0 5.0 ", "O 24 -1.0 5.0 -150 150 ", "O 25 0.0 4.0 30 330 "}) {
            lines.push_back(line + subtype);
        }
    }
    return lines;
}

nnpot::SymmetryFunctionSet make_set(const std::vector<std::string>& lines, nnpot::CutoffType type, double alpha) {
    std::vector<nnpot::SymmetryFunction> functions;
    for (const std::string& text : lines) functions.push_back(nnpot::parse_symmetry_function(text));
    return {functions, type, alpha};
}

nnpot::NeighborList oxygen_environments(unsigned seed) {
    const auto structure = reference::random_structure(24, triclinic, {true, true, true}, {8, 1, 1}, seed);
    return reference::neighbor_list(structure, 6.0, 2);
}

std::vector<double> values_of(const nnpot::SymmetryFunctionSet& set, const nnpot::NeighborList& list, std::size_t c) {
    nnpot::SymmetryFunctionWorkspace workspace;
    std::vector<double> values(set.size());
    set.forward(list, c, workspace.get(), values.data());
    return values;
}

}  // namespace

TEST_CASE("symmetry functions equal the slow reference") {
    const auto list = oxygen_environments(11);
    std::vector<std::string> lines = compact_texts();
    lines.insert(lines.end(), texts.begin(), texts.end());
    for (const int type : {1, 2, 3, 4, 5, 6, 7, 8}) {
        for (const double alpha : {0.0, 0.2}) {
            const auto cutoff_type = nnpot::cutoff_type_from_number(type);
            const auto set = make_set(lines, cutoff_type, alpha);
            const auto values = values_of(set, list, 0);
            double largest = 0.0;
            for (std::size_t f = 0; f < set.size(); ++f) {
                const auto& function = set.functions()[f];
                const nnpot::CutoffFunction cutoff(cutoff_type, function.cutoff, alpha);
                const double expected = reference::symmetry_function(function, cutoff, list, 0);
                CAPTURE(nnpot::to_text(function));
                CAPTURE(type);
                CHECK(std::abs(values[f] - expected) <= 1e-12 * (1e-3 + std::abs(expected)));
                largest = std::max(largest, std::abs(expected));
            }
            CHECK(largest > 0.1);
        }
    }
}

TEST_CASE("the adjoint of every symmetry function is its gradient") {
    auto list = oxygen_environments(12);
    const double h = 1e-5;
    std::vector<std::string> lines = compact_texts();
    lines.insert(lines.end(), texts.begin(), texts.end());
    for (const std::string& text : lines) {
        CAPTURE(text);
        const auto set = make_set({text}, nnpot::CutoffType::poly2, 0.1);
        const std::size_t n = list.offsets[1];
        std::vector<double> gx(n), gy(n), gz(n), value(1);
        const double weight = 1.7;
        nnpot::SymmetryFunctionWorkspace workspace;
        set.forward(list, 0, workspace.get(), value.data());
        set.backward(workspace.get(), &weight, gx.data(), gy.data(), gz.data());
        double largest = 0.0;
        for (std::size_t p = 0; p < n; ++p) {
            for (auto [component, g] : {std::pair{&list.dx, &gx}, std::pair{&list.dy, &gy}, std::pair{&list.dz, &gz}}) {
                const double original = (*component)[p];
                (*component)[p] = original + h;
                const double above = values_of(set, list, 0)[0];
                (*component)[p] = original - h;
                const double below = values_of(set, list, 0)[0];
                (*component)[p] = original;
                const double expected = weight * (above - below) / (2.0 * h);
                const double rounding = 1e-14 * (1.0 + std::abs(value[0])) / h;
                CHECK(std::abs((*g)[p] - expected) <= 1e-7 * (1e-2 + std::abs(expected)) + rounding);
                largest = std::max(largest, std::abs(expected));
            }
        }
        CHECK(largest > 1e-6);
    }
}

TEST_CASE("symmetry functions of lonely, collinear and far neighbors are defined") {
    const auto set = make_set(texts, nnpot::CutoffType::cosine, 0.0);
    nnpot::NeighborList list;
    list.begin_center(0, 8);  // nobody
    list.begin_center(1, 8);  // collinear
    list.add_neighbor(2, 1, 0.0, 0.0, 1.5);
    list.add_neighbor(3, 1, 0.0, 0.0, -1.5);
    list.add_neighbor(4, 8, 0.0, 0.0, 3.0);
    list.begin_center(5, 8);  // exactly at the cutoff, just below it, beyond
    list.add_neighbor(6, 1, 5.0, 0.0, 0.0);
    list.add_neighbor(7, 1, 0.0, std::nextafter(5.0, 0.0), 0.0);
    list.add_neighbor(8, 8, 0.0, 0.0, 50.0);
    for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t n = list.offsets[c + 1] - list.offsets[c];
        std::vector<double> gx(n), gy(n), gz(n), values(set.size()), weights(set.size(), 1.0);
        nnpot::SymmetryFunctionWorkspace workspace;
        set.forward(list, c, workspace.get(), values.data());
        set.backward(workspace.get(), weights.data(), gx.data(), gy.data(), gz.data());
        for (std::size_t f = 0; f < set.size(); ++f) {
            const auto& function = set.functions()[f];
            const nnpot::CutoffFunction cutoff(nnpot::CutoffType::cosine, function.cutoff, 0.0);
            CHECK(std::abs(values[f] - reference::symmetry_function(function, cutoff, list, c)) < 1e-12);
        }
        for (std::size_t p = 0; p < n; ++p) CHECK(std::isfinite(gx[p] + gy[p] + gz[p]));
    }
}

TEST_CASE("symmetry function values do not jump where a neighbor crosses the cutoff") {
    const auto set = make_set(texts, nnpot::CutoffType::cosine, 0.0);
    nnpot::NeighborList list;
    list.begin_center(0, 8);
    list.add_neighbor(1, 1, 1.1, 0.2, 0.0);
    list.add_neighbor(2, 8, 0.0, 2.2, 0.4);
    list.add_neighbor(3, 1, 0.0, 0.0, 5.0 - 1e-7);
    const auto before = values_of(set, list, 0);
    list.dz[2] = 5.0 + 1e-7;
    const auto after = values_of(set, list, 0);
    for (std::size_t f = 0; f < set.size(); ++f) CHECK(std::abs(before[f] - after[f]) < 1e-12);
}

TEST_CASE("compact symmetry functions do not jump where a neighbor crosses their lower end or leaves the window") {
    const auto set =
        make_set({"O 20 H 2.0 5.0 p1", "O 20 H 2.0 5.0 p2a", "O 21 H O 2.0 5.0 0 180 p1", "O 22 H O 1.0 5.0 20 90 p1",
                  "O 22 H O 2.0 5.0 90 160 e", "O 23 2.0 5.0 p1", "O 24 2.0 5.0 20 90 p1", "O 25 1.0 5.0 90 150 p4a"},
                 nnpot::CutoffType::cosine, 0.0);
    nnpot::NeighborList list;
    list.begin_center(0, 8);
    list.add_neighbor(1, 1, 2.0 - 1e-7, -1e-7, 0.0);
    list.add_neighbor(2, 8, 0.0, 2.2, 0.0);
    list.add_neighbor(3, 8, 3.0, 1.0, 0.3);
    const auto before = values_of(set, list, 0);
    list.dx[0] = 2.0 + 1e-7;
    list.dy[0] = 1e-7;
    const auto after = values_of(set, list, 0);
    for (std::size_t f = 0; f < set.size(); ++f) {
        CAPTURE(nnpot::to_text(set.functions()[f]));
        CHECK(std::abs(before[f] - after[f]) < 2e-5);
    }
}

TEST_CASE("weighted symmetry functions are the sums over all elements times the atomic numbers") {
    const auto list = oxygen_environments(14);
    const auto sum_of = [&](const std::vector<std::pair<std::string, double>>& parts) {
        double sum = 0.0;
        for (const auto& [text, weight] : parts) {
            sum += weight * values_of(make_set({text}, nnpot::CutoffType::tanh3, 0.0), list, 0)[0];
        }
        return doctest::Approx(sum).epsilon(1e-12);
    };
    const auto value = [&](const std::string& text) {
        return values_of(make_set({text}, nnpot::CutoffType::tanh3, 0.0), list, 0)[0];
    };
    CHECK(value("O 12 0.3 1.0 5") == sum_of({{"O 2 H 0.3 1.0 5", 1.0}, {"O 2 O 0.3 1.0 5", 8.0}}));
    CHECK(value("O 13 0.1 1.0 -1 2 5") ==
          sum_of({{"O 3 H H 0.1 -1 2 5 1.0", 1.0}, {"O 3 H O 0.1 -1 2 5 1.0", 8.0}, {"O 3 O O 0.1 -1 2 5 1.0", 64.0}}));
    CHECK(value("O 23 0.5 5 p1") == sum_of({{"O 20 H 0.5 5 p1", 1.0}, {"O 20 O 0.5 5 p1", 8.0}}));
    for (const std::string narrow_or_wide : {"1", "2"}) {
        const std::string type = narrow_or_wide == "1" ? "24" : "25";
        const std::string plain = "O 2" + narrow_or_wide, rest = " 0.5 5 30 170 p2a";
        CHECK(value("O " + type + rest) ==
              sum_of({{plain + " H H" + rest, 1.0}, {plain + " H O" + rest, 8.0}, {plain + " O O" + rest, 64.0}}));
    }
}

TEST_CASE("weighted and compact symmetry functions have the values that n2p2 has in its own tests") {
    const auto value = [](const std::string& text, int z_j, int z_k) {
        nnpot::NeighborList list;
        list.begin_center(0, 1);
        list.add_neighbor(1, z_j, 1.0, 2.0, 1.0);
        list.add_neighbor(2, z_k, 0.0, 3.0, -1.0);
        const auto set = make_set({text}, nnpot::CutoffType::tanh3_unnormalized, 0.0);
        return doctest::Approx(values_of(set, list, 0)[0]).epsilon(1e-12);
    };
    CHECK(value("H 20 H -10 10 p2", 1, 1) == 1.71653828561074920);
    CHECK(value("H 20 H 1 3 p2", 1, 1) == 0.59406437434580717);
    CHECK(value("H 21 H H -10 10 0 180 p2", 1, 1) == 0.39698365829232357);
    CHECK(value("H 21 H H 0 10 10 60 p2", 1, 1) == 0.056548996092037257);
    CHECK(value("H 21 H H 1 10 40 120 p2", 1, 1) == 0.0017053618495084467);
    CHECK(value("H 22 H H 0 10 10 60 p2", 1, 1) == 0.117549886737894540);
    CHECK(value("H 12 0.03 1 10", 2, 2) == 0.85226148639759169);
    CHECK(value("H 13 0.001 0 1 1 10", 2, 2) == 0.091124576980600058);
    CHECK(value("H 13 0.03 2 -1 4 10", 2, 2) == 1.0602693090649413e-4);
    CHECK(value("H 23 0 8 p2", 2, 2) == 3.27658357399112);
    CHECK(value("H 24 1 10 40 120 p2", 2, 2) == 0.00682144739803379);
    CHECK(value("H 25 -10 10 0 180 p2", 2, 2) == 1.76096782940392);
}

TEST_CASE("the Jacobian of the symmetry functions includes the center and sums to zero") {
    const auto structure = reference::random_structure(12, triclinic, {true, true, true}, {8, 1}, 13);
    const auto list = reference::neighbor_list(structure, 5.0, 2);
    std::vector<nnpot::SymmetryFunction> functions;
    for (const std::string text : {"O 2 H 0.4 1.0 5.0", "O 9 H O 0.05 1 2 5.0", "H 2 O 0.2 0 5.0"}) {
        functions.push_back(nnpot::parse_symmetry_function(text));
    }
    const nnpot::Descriptor descriptor(functions, nnpot::CutoffType::cosine, 0.0);
    const auto jacobian = descriptor.jacobian(list);
    CHECK(jacobian.center.size() == list.n_pairs() + list.n_centers());
    CHECK(arma::approx_equal(jacobian.values, descriptor.values(list), "absdiff", 0.0));
    CHECK(jacobian.values(1, 1) == 0.0);  // H has one function, the second row is padding
    arma::cube sums(3, 2, structure.n_atoms(), arma::fill::zeros);
    for (std::size_t p = 0; p < jacobian.center.size(); ++p) {
        sums.slice(jacobian.center[p]) += jacobian.gradient.slice(p);
    }
    CHECK(arma::abs(jacobian.gradient).max() > 0.01);
    CHECK(arma::abs(sums).max() < 1e-12);
}

TEST_CASE("impossible sets of symmetry functions are refused") {
    CHECK_THROWS_WITH_AS(make_set({"O 1 H 4", "O 1 H 4"}, nnpot::CutoffType::cosine, 0.0),
                         doctest::Contains("given twice"), nnpot::InvalidInput);
    CHECK_THROWS_AS(make_set({}, nnpot::CutoffType::cosine, 0.0), nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS(nnpot::Descriptor({nnpot::parse_symmetry_function("O 1 H 4")}, nnpot::CutoffType::cosine, 0.0),
                         doctest::Contains("no functions of its own"), nnpot::InvalidInput);
}
