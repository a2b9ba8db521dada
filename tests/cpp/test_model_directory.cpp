#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "model_refusal.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/model_directory.hpp"
#include "nnpot/units.hpp"
#include "reference.hpp"

using model_refusal::contains;
using model_refusal::refusal;
using model_refusal::replaced;
using model_refusal::without_line_end;
using reference::read_text;
using reference::write_text;

namespace {

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

TEST_CASE("blank lines, Windows line ends and comments are harmless") {
    for (const std::string file : {"input.nn", "scaling.data", "weights.001.data", "model.info"}) {
        CHECK(refusal(file, with_windows_line_ends) == "accepted");
        CHECK(refusal(file, [](const std::string& text) { return "\n   \n! note\n" + text + "\n# end\n\n"; }) ==
              "accepted");
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
    write_text(directory.path() / "input.nn", input + "normalize_nodes\nepochs 10\nauthor someone\n");
    const auto read = nnpot::read_model(directory.name());
    CHECK(read.elements[0].scaling.mean(2) == plain.elements[0].scaling.mean(2));
    CHECK(read.elements[0].layers[0].weights(0, 0) == doctest::Approx(plain.elements[0].layers[0].weights(0, 0) / 9.0));
    REQUIRE(read.warnings.size() == 1);
    CHECK(contains(read.warnings[0], "'author' is not known"));
}

TEST_CASE("a model that cannot be written leaves no half file") {
    const reference::TemporaryDirectory directory;
    write_text(directory.path() / "file", "not a directory");
    CHECK_THROWS_AS(nnpot::write_model(reference::random_model(1), (directory.path() / "file").string()),
                    nnpot::FileError);
}

TEST_CASE("files that are no plain files are refused, not waited for") {
    for (const std::string file : {"input.nn", "scaling.data", "weights.001.data", "model.info"}) {
        const reference::TemporaryDirectory directory;
        nnpot::write_model(reference::random_model(1), directory.name());
        const std::filesystem::path path = directory.path() / file;
        std::filesystem::remove(path);
        REQUIRE(mkfifo(path.c_str(), 0600) == 0);
        CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name()), doctest::Contains("is a pipe or a device"),
                             nnpot::FileError);
        std::filesystem::remove(path);
        std::filesystem::create_symlink("/dev/zero", path);
        CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name()), doctest::Contains("is a pipe or a device"),
                             nnpot::FileError);
        std::filesystem::remove(path);
        std::filesystem::create_directory(path);
        CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name()), doctest::Contains("is a directory"),
                             nnpot::FileError);
        std::filesystem::remove(path);
        write_text(path, "");
        std::filesystem::resize_file(path, std::uintmax_t{1} << 40U);
        CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name()), doctest::Contains("holds 1048576 MB"),
                             nnpot::FileError);
    }
}

TEST_CASE("files of other parts of an energy beside a model are refused, weights of other elements are a warning") {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(reference::random_model(1), directory.name());
    for (const std::string file : {"weightse.001.data", "hardness.008.data", "scalinge.data", "weights.001.008.data"}) {
        write_text(directory.path() / file, "0.5\n");
        CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name()), doctest::Contains((file + ": belongs to").c_str()),
                             nnpot::FileError);
        std::filesystem::remove(directory.path() / file);
    }
    for (const std::string file : {"weights.data", "weights.001.old.data", "weights.001.000010.out", "notes.txt",
                                   "hardness.txt", "weightse.001.000010.out"}) {
        write_text(directory.path() / file, "0.5\n");
        CHECK(nnpot::read_model(directory.name()).warnings.empty());
    }
    write_text(directory.path() / "weights.014.data", "0.5\n");
    const auto read = nnpot::read_model(directory.name());
    REQUIRE(read.warnings.size() == 1);
    CHECK(contains(read.warnings[0], "weights.014.data: element number 14 is not among the elements"));
}

TEST_CASE("a byte order mark is read past in every file") {
    for (const std::string file : {"input.nn", "scaling.data", "weights.001.data", "model.info"}) {
        CHECK(refusal(file, [](const std::string& text) { return "\xEF\xBB\xBF" + text; }) == "accepted");
    }
}
