#include "nnpot/run_directory.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "nnpot/error.hpp"

namespace nnpot {
namespace {

using std::filesystem::path;

/// Whether a model of any kind lies there.
bool is_model(const path& directory) {
    constexpr std::array<const char*, 3> first_files{"input.nn", "features.nn", "forces.nn"};
    return std::any_of(first_files.begin(), first_files.end(), [&](const char* file) {
        std::error_code error;
        return std::filesystem::exists(directory / file, error);
    });
}

/// The model of a training, or its members.
std::vector<path> models_in(const path& run) {
    std::vector<path> models;
    if (is_model(run / "model")) models.push_back(run / "model");
    for (std::size_t m = 1; is_model(run / ("model_" + std::to_string(m))); ++m) {
        models.push_back(run / ("model_" + std::to_string(m)));
    }
    return models;
}

/// The last of the rounds in the directory of a loop; empty where there are none.
path last_round(const path& loop) {
    path last;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(loop, error)) {
        const bool is_round = entry.path().filename().string().rfind("round_", 0) == 0;
        if (is_round && !models_in(entry.path() / "training").empty()) last = std::max(last, entry.path());
    }
    return last;
}

/// Where in the directory of a loop, or of one of its rounds, the newest models are.
std::vector<path> models_of_loop(const path& loop) {
    for (const path& part : {loop / "committee", loop / "training"}) {
        if (std::vector<path> models = models_in(part); !models.empty()) return models;
    }
    const path last = last_round(loop);
    return last.empty() ? std::vector<path>() : models_in(last / "training");
}

std::string listed(const std::vector<path>& models) {
    constexpr std::size_t most = 8;
    std::string text;
    for (std::size_t m = 0; m < std::min(models.size(), most); ++m) text += (m > 0 ? ", " : "") + models[m].string();
    if (models.size() > most) text += ", ... (" + std::to_string(models.size()) + " in all)";
    return (models.size() == 1 ? "its model is " : "its models are ") + text;
}

}  // namespace

void require_no_run(const std::string& directory) {
    const path given(directory);
    if (is_model(given)) return;
    if (const std::vector<path> models = models_in(given); !models.empty()) {
        throw InvalidInput(given.string() + ": is the directory of a training run; " + listed(models));
    }
    if (const std::vector<path> models = models_of_loop(given); !models.empty()) {
        throw InvalidInput(given.string() + ": is a directory of nnpot learn; " + listed(models));
    }
}

}  // namespace nnpot
