#include <doctest/doctest.h>

#include <filesystem>

#include "nnpot/error.hpp"
#include "nnpot/model_directory.hpp"
#include "nnpot/run_directory.hpp"
#include "reference.hpp"

namespace {

/// What is said of a directory with files in it, the directory itself written as DIR.
std::string said_of(const std::vector<std::string>& files) {
    const reference::TemporaryDirectory directory;
    for (const std::string& file : files) {
        std::filesystem::create_directories((directory.path() / file).parent_path());
        reference::write_text(directory.path() / file, "");
    }
    std::string message = "accepted";
    try {
        nnpot::require_no_run(directory.name());
    } catch (const nnpot::InvalidInput& error) {
        message = error.what();
    }
    for (std::size_t at; (at = message.find(directory.name())) != std::string::npos;) {
        message.replace(at, directory.name().size(), "DIR");
    }
    return message;
}

}  // namespace

TEST_CASE("the directory of a training names its models, whatever their kind") {
    const std::string training = "DIR: is the directory of a training run; ";
    for (const std::string kind : {"input.nn", "features.nn", "forces.nn"}) {
        CHECK(said_of({"model/" + kind}) == training + "its model is DIR/model");
        CHECK(said_of({"model_1/" + kind, "model_2/" + kind}) == training + "its models are DIR/model_1, DIR/model_2");
        CHECK(said_of({kind, "model/" + kind}) == "accepted");
    }
    std::vector<std::string> many;
    for (int m = 1; m <= 10; ++m) many.push_back("model_" + std::to_string(m) + "/input.nn");
    const std::string message = said_of(many);
    CHECK(message.find("DIR/model_2, DIR/model_3,") != std::string::npos);
    CHECK(message.find("DIR/model_8, ... (10 in all)") != std::string::npos);
}

TEST_CASE("the directory of a loop names its newest models") {
    const std::string loop = "DIR: is a directory of nnpot learn; ";
    const std::vector<std::string> rounds{"round_00/training/model_1/input.nn", "round_01/training/model_1/input.nn",
                                          "round_02/selected.xyz"};
    CHECK(said_of(rounds) == loop + "its model is DIR/round_01/training/model_1");
    std::vector<std::string> whole = rounds;
    whole.insert(whole.end(), {"committee/model_1/input.nn", "committee/model_2/input.nn"});
    CHECK(said_of(whole) == loop + "its models are DIR/committee/model_1, DIR/committee/model_2");
    CHECK(said_of({"training/model_1/input.nn"}) == loop + "its model is DIR/training/model_1");
}

TEST_CASE("other directories are not taken for runs") {
    CHECK(said_of({}) == "accepted");
    CHECK(said_of({"model/readme", "other/input.nn", "model_2/input.nn", "round_00/model"}) == "accepted");
    const reference::TemporaryDirectory directory;
    CHECK_THROWS_WITH_AS(nnpot::read_model(directory.name()),
                         (directory.name() + "/input.nn: expected a model directory (input.nn, scaling.data, "
                                             "weights.*.data); there is none")
                             .c_str(),
                         nnpot::FileError);
}
