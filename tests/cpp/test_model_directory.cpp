#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/model_directory.hpp"
#include "nnpot/units.hpp"
#include "reference.hpp"

namespace {

using reference::read_text;
using reference::write_text;

/// The message with which a model is refused after one of its files was changed.
std::string refusal(const std::string& file, const std::function<std::string(std::string)>& change) {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(reference::random_model(1), directory.name());
    write_text(directory.path() / file, change(read_text(directory.path() / file)));
    try {
        (void)nnpot::read_model(directory.name());
    } catch (const nnpot::Error& error) {
        return error.what();
    }
    return "accepted";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t position = text.find(from);
    REQUIRE(position != std::string::npos);
    return text.replace(position, from.size(), to);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Swaps the two lines that begin at the given one (counted from 0).
std::string with_swapped_lines(const std::string& text, int line) {
    std::size_t begin = 0;
    for (int i = 0; i < line; ++i) begin = text.find('\n', begin) + 1;
    const std::size_t middle = text.find('\n', begin) + 1, end = text.find('\n', middle) + 1;
    return text.substr(0, begin) + text.substr(middle, end - middle) + text.substr(begin, middle - begin) +
           text.substr(end);
}

std::string with_windows_line_ends(std::string text) {
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) text.insert(at, "\r");
    return text;
}

}  // namespace

TEST_CASE("a model is read back as it was written, to the last digit") {
    const reference::TemporaryDirectory directory;
    nnpot::Model model = reference::random_model(1);
    model.mean_energy = -0.25;
    model.energy_per_output = 1.0 / 3.0;
    model.elements[1].layers.erase(model.elements[1].layers.begin() + 1);
    model.elements[1].layers[1].weights = arma::randn(7, 1);
    nnpot::write_model(model, directory.name());
    const nnpot::Model read = nnpot::read_model(directory.name());
    REQUIRE(read.elements.size() == 2);
    CHECK(read.energy_per_output == doctest::Approx(model.energy_per_output).epsilon(1e-15));
    CHECK(read.mean_energy == model.mean_energy);
    CHECK(read.scaling_mode == model.scaling_mode);
    CHECK(read.info.at("trained_on") == "nothing");
    CHECK(read.warnings.empty());
    for (std::size_t e = 0; e < 2; ++e) {
        const auto &a = model.elements[e], &b = read.elements[e];
        CHECK(a.atom_energy == b.atom_energy);
        REQUIRE(a.functions.size() == b.functions.size());
        for (std::size_t f = 0; f < a.functions.size(); ++f) {
            CHECK(nnpot::to_text(a.functions[f]) == nnpot::to_text(b.functions[f]));
        }
        CHECK(arma::approx_equal(a.scaling.sigma, b.scaling.sigma, "absdiff", 0.0));
        REQUIRE(a.layers.size() == b.layers.size());
        for (std::size_t l = 0; l < a.layers.size(); ++l) {
            CHECK(arma::approx_equal(a.layers[l].weights, b.layers[l].weights, "absdiff", 0.0));
            CHECK(arma::approx_equal(a.layers[l].biases, b.layers[l].biases, "absdiff", 0.0));
            CHECK(a.layers[l].activation == b.layers[l].activation);
        }
    }
}

TEST_CASE("damaged weights are refused with the expected count") {
    const auto cut = refusal("weights.008.data", [](std::string text) { return text.substr(0, text.size() - 400); });
    CHECK(contains(cut, "weights.008.data"));
    CHECK(contains(cut, "expected 116 values (9→7→5→1), got 11"));
    const auto typo = refusal("weights.001.data", [](std::string text) { return replaced(text, "E-01", "E-O1"); });
    CHECK(contains(typo, "weights.001.data:"));
    CHECK(contains(typo, "expected a number"));
    CHECK(contains(refusal("weights.001.data", [](std::string text) { return replaced(text, "E-01", "E+999"); }),
                   "expected a number"));
}

TEST_CASE("weighted and compact symmetry functions are read back in sorted order") {
    const std::vector<std::string> sorted{"12 0.3 0.5 5", "13 0.02 0.5 1 2 4.5",     "20 O -4 4 e",
                                          "20 O -4 4 p2", "21 H O 0.5 5 20 150 p3a", "22 O O 0 5 -120 120 p1",
                                          "23 0.1 5 p1",  "24 -5 5 60 300 p4",       "25 0.2 4.5 10.5 140 p2a"};
    nnpot::Model model = reference::random_model(1);
    for (nnpot::ElementModel& element : model.elements) {
        const std::string center = nnpot::element_symbol(element.atomic_number) + " ";
        element.functions.clear();
        for (const std::string& text : sorted) {
            element.functions.push_back(nnpot::parse_symmetry_function(center + text));
        }
    }
    const reference::TemporaryDirectory directory;
    nnpot::write_model(model, directory.name());
    const std::string path = directory.name() + "/input.nn";
    write_text(path, replaced(read_text(path), "symfunction_short H 12 0.3 0.5 5\n", "") +
                         "symfunction_short H 12 0.3 0.5 5\n");
    const nnpot::Model read = nnpot::read_model(directory.name());
    REQUIRE(read.warnings.empty());
    for (const nnpot::ElementModel& element : read.elements) {
        const std::string center = nnpot::element_symbol(element.atomic_number) + " ";
        for (std::size_t f = 0; f < sorted.size(); ++f) {
            CHECK(nnpot::to_text(element.functions.at(f)) == center + sorted[f]);
        }
    }
}

TEST_CASE("swapped or missing scaling rows are refused by line") {
    const auto swapped = refusal("scaling.data", [](const std::string& text) { return with_swapped_lines(text, 3); });
    CHECK(contains(swapped, "scaling.data:4: expected element 1 function 3, got 1 and 4"));
    const auto missing = refusal(
        "scaling.data", [](const std::string& text) { return text.substr(0, text.rfind('\n', text.size() - 2) + 1); });
    CHECK(contains(missing, "expected 18 rows"));
    CHECK(contains(missing, "got 17"));
}

TEST_CASE("blank lines, Windows line ends and comments are harmless") {
    for (const std::string file : {"input.nn", "scaling.data", "weights.001.data", "model.info"}) {
        CHECK(refusal(file, with_windows_line_ends) == "accepted");
        CHECK(refusal(file, [](const std::string& text) { return "\n   \n! note\n" + text + "\n# end\n\n"; }) ==
              "accepted");
    }
}

TEST_CASE("an input file that is wrong is refused by line") {
    const auto input = [](const std::string& from, const std::string& to) {
        return refusal("input.nn", [&](std::string text) { return replaced(text, from, to); });
    };
    CHECK(contains(input("elements H O", "elements H"), "number_of_elements is 2, but 1"));
    CHECK(contains(input("elements H O", "elements H Xx"), "'Xx' is not the symbol"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 11 0"), "cutoff type must be from 0 to 8, got 11"));
    CHECK(contains(input("cutoff_type 1 0", "cutof_type 1 0"), "the keyword 'cutoff_type' is missing"));
    CHECK(contains(input("symfunction_short H 2", "symfunction_short H 26"), "type '26' is not supported"));
    const std::string other_line = "symfunction_short H 23 0 6 p5\nsymfunction_short H 2";
    const std::string message = input("symfunction_short H 2", other_line);
    CAPTURE(message);
    CHECK(contains(message, "input.nn:17: symmetry function: the subtype must be"));
    CHECK(contains(input("symfunction_short H 2", "symfunction_short Si 2"), "'Si' is not among"));
    CHECK(contains(input("global_nodes_short 7 5", "global_nodes_short 7"),
                   "input.nn:11: the network of H is not defined whole"));
    CHECK(contains(input("global_activation_short t p l", "global_activation_short t q l"), "activation 'q'"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 1 0\ncutoff_type 2 0"), "already"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 1 0\nmean_energy 1.0"), "input.nn:7: mean_energy"));
    CHECK(contains(input("cutoff_type 1 0", "mean_energy 1\nconv_energy 2\nconv_length 0\ncutoff_type 1 0"),
                   "input.nn:8: conv_length must be > 0"));
    CHECK(contains(input("scale_max_short 1", "scale_max_short -1"), "input.nn:10: scale_max_short must be larger"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 1 0\nnnp_type 4G-HDNNP"), "2G-HDNNP"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 4294967297 0"), "from 0 to 8, got 4294967297"));
    CHECK(contains(input("global_nodes_short 7 5", "global_nodes_short 4611686018427387904 5"), "from 1 to 100000"));
    CHECK(contains(input("cutoff_type 1 0", "cutoff_type 1 0\natom_energy H 1"), "atom_energy of H stands in line 4"));
    CHECK(contains(input("cutoff_type 1 0", "element_nodes_short H 7 5\nelement_nodes_short H 5 5\ncutoff_type 1 0"),
                   "element_nodes_short of H stands in line"));
    const auto doubled = refusal(
        "input.nn", [](const std::string& text) { return text + text.substr(text.rfind("symfunction_short O")); });
    CHECK(contains(doubled, "this symmetry function is given twice"));
}

TEST_CASE("keywords that change a potential are not passed over in silence") {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(reference::random_model(1), directory.name());
    const std::string input = read_text(directory.path() / "input.nn");
    write_text(directory.path() / "input.nn", input + "cutoff_alpha 0.5\nuse_electrostatics\nuse_short_forces\n");
    const auto read = nnpot::read_model(directory.name());
    REQUIRE(read.warnings.size() == 2);
    CHECK(contains(read.warnings[0], "'cutoff_alpha' is not known"));
    CHECK(contains(read.warnings[1], "'use_electrostatics' is not known"));
}

TEST_CASE("a network without hidden layers is read back") {
    for (const bool all : {false, true}) {
        const reference::TemporaryDirectory directory;
        nnpot::Model model = reference::random_model(1);
        for (std::size_t e = all ? 0 : 1; e < 2; ++e) {
            model.elements[e].layers = {{arma::randn(model.elements[e].functions.size(), 1), arma::randn(1), 'l'}};
        }
        nnpot::write_model(model, directory.name());
        const nnpot::Model read = nnpot::read_model(directory.name());
        CHECK(read.elements[0].layers.size() == model.elements[0].layers.size());
        CHECK(read.elements[1].layers.size() == 1);
    }
}

TEST_CASE("files that stop within their last number are refused") {
    for (const std::string file : {"scaling.data", "weights.008.data"}) {
        const std::string cut = refusal(file, [](std::string text) {
            while (text.substr(text.size() - 2) != "E-" && text.substr(text.size() - 2) != "E+") text.pop_back();
            return text + "0";  // a number, but not the one that was written
        });
        CHECK(contains(cut, "the last line has no line end"));
        const auto mantissa_only = refusal(file, [](std::string text) {
            while (text.back() != 'E') text.pop_back();
            return text.substr(0, text.size() - 1);
        });
        CHECK(contains(mantissa_only, "the last line has no line end"));
        const auto whole = [](const std::string& text) { return text.substr(0, text.size() - 1); };
        CHECK(refusal(file, whole) == "accepted");
    }
}

TEST_CASE("binary files and endless words give one short line") {
    for (const std::string file : {"input.nn", "scaling.data", "weights.001.data", "model.info"}) {
        const auto binary = refusal(file, [](const std::string& text) { return text + std::string("\n\0\1", 3); });
        CHECK(contains(binary, "the file is binary or damaged"));
    }
    const auto endless =
        refusal("weights.001.data", [](const std::string& text) { return text + std::string(100000, 'x') + "\n"; });
    CHECK(contains(endless, "expected a number, got 'xxx"));
    CHECK(endless.size() < 600);
}

TEST_CASE("model.info keeps all words, and only what can be read back is written") {
    const reference::TemporaryDirectory directory;
    nnpot::Model model = reference::random_model(1);
    model.info["trained_on"] = "run #3!  (two\nlines)";
    nnpot::write_model(model, directory.name());
    CHECK(nnpot::read_model(directory.name()).info.at("trained_on") == "run #3!  (two lines)");
    CHECK(contains(refusal("model.info", [](const std::string& text) { return text + "units real\n"; }),
                   "model.info:4: keyword 'units' is given twice"));
    CHECK(contains(refusal("model.info", [](std::string text) { return replaced(text, "metal", "lj"); }),
                   "model.info: units: expected metal"));
    model.info["trained on"] = "two words";
    CHECK_THROWS_WITH_AS(nnpot::write_model(model, directory.name()), doctest::Contains("'trained on'"),
                         nnpot::InvalidInput);
}

TEST_CASE("models whose parts do not fit are not written") {
    const reference::TemporaryDirectory directory;
    const auto message = [&](const std::function<void(nnpot::Model&)>& change) -> std::string {
        nnpot::Model model = reference::random_model(1);
        change(model);
        try {
            nnpot::write_model(model, directory.name());
        } catch (const nnpot::InvalidInput& error) {
            return error.what();
        }
        return "written";
    };
    CHECK(message([](nnpot::Model&) {}) == "written");
    CHECK(contains(message([](nnpot::Model& model) { std::swap(model.elements[0], model.elements[1]); }), "sorted"));
    CHECK(contains(message([](nnpot::Model& model) { model.elements.pop_back(); }), "O is not among the elements"));
    CHECK(contains(message([](nnpot::Model& model) { model.elements[1].scaling.mean(2) = NAN; }), "scaling data of O"));
    CHECK(contains(message([](nnpot::Model& model) { model.scale_max = model.scale_min; }), "scale_max"));
}

TEST_CASE("a directory name that the system refuses is an error of ours") {
    CHECK_THROWS_WITH_AS(nnpot::read_model(std::string(5000, 'x')), doctest::Contains("expected a model directory"),
                         nnpot::FileError);
}

TEST_CASE("missing files and elements without weights are named") {
    const reference::TemporaryDirectory directory;
    CHECK_THROWS_WITH_AS(nnpot::read_model((directory.path() / "nowhere").string()),
                         doctest::Contains("expected a model directory"), nnpot::FileError);
    nnpot::write_model(reference::random_model(1), directory.name());
    std::filesystem::remove(directory.path() / "weights.008.data");
    CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name()),
                         doctest::Contains("weights.008.data: the file is missing"), nnpot::FileError);
}

TEST_CASE("units are taken from model.info or asked for") {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(reference::random_model(1), directory.name());
    CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name(), "real"), doctest::Contains("states units metal"),
                         nnpot::InvalidInput);
    std::filesystem::remove(directory.path() / "model.info");
    CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name()), doctest::Contains("does not state its units"),
                         nnpot::InvalidInput);
    CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name(), "furlong"), doctest::Contains("got 'furlong'"),
                         nnpot::InvalidInput);
    const auto atomic = nnpot::read_model(directory.name(), "atomic");
    const auto& units = nnpot::unit_system("atomic");
    CHECK(atomic.elements[0].atom_energy == doctest::Approx(-13.6 * units.energy));
    CHECK(atomic.elements[0].functions[0].cutoff == doctest::Approx(4.0 * units.length));
    CHECK(atomic.energy_per_output == doctest::Approx(units.energy));
}

TEST_CASE("units of the caller's own must not contradict model.info") {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(reference::random_model(1), directory.name());
    const nnpot::UnitSystem nearly_metal{"factors", "", "", 1.0001, 0.9999}, own{"factors", "", "", 2.0, 0.5};
    CHECK(nnpot::read_model(directory.name(), nearly_metal).energy_per_output == doctest::Approx(1.0001));
    CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name(), own),
                         doctest::Contains("states units metal (eV, Angstrom), which factors contradicts"),
                         nnpot::InvalidInput);
    std::filesystem::remove(directory.path() / "model.info");
    const auto model = nnpot::read_model(directory.name(), own);
    CHECK(model.elements[0].atom_energy == doctest::Approx(-13.6 * 2.0));
    CHECK(model.elements[0].functions[0].cutoff == doctest::Approx(4.0 * 0.5));
}

TEST_CASE("files of other programs: five scaling columns, energy line, weights without columns, normalize_nodes") {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(reference::random_model(1), directory.name());
    const auto plain = nnpot::read_model(directory.name());
    std::string five;
    std::istringstream rows(read_text(directory.path() / "scaling.data"));
    for (std::string line; std::getline(rows, line);) {
        five += line[0] == '#' ? line + "\n" : line.substr(0, line.rfind(' ')) + "\n";
    }
    write_text(directory.path() / "scaling.data", five + " -1.5 0.3\n");
    const std::string input = read_text(directory.path() / "input.nn");
    write_text(directory.path() / "input.nn", input + "normalize_nodes\nepochs 10\nscale_symetry_functions\n");
    const auto read = nnpot::read_model(directory.name());
    CHECK(read.elements[0].scaling.mean(2) == plain.elements[0].scaling.mean(2));
    CHECK(read.elements[0].layers[0].weights(0, 0) == doctest::Approx(plain.elements[0].layers[0].weights(0, 0) / 9.0));
    REQUIRE(read.warnings.size() == 1);
    CHECK(contains(read.warnings[0], "'scale_symetry_functions' is not known"));
}

TEST_CASE("a model that cannot be written leaves no half file") {
    const reference::TemporaryDirectory directory;
    write_text(directory.path() / "file", "not a directory");
    CHECK_THROWS_AS(nnpot::write_model(reference::random_model(1), (directory.path() / "file").string()),
                    nnpot::FileError);
}
