#include <doctest/doctest.h>

#include "nnpot/error.hpp"
#include "nnpot/model_bytes.hpp"
#include "reference.hpp"

namespace {

std::vector<nnpot::Model> committee() {
    std::vector<nnpot::Model> models{reference::random_model(3), reference::random_model(4)};
    nnpot::Model& first = models.front();
    first.energy_per_output = 1.0 / 3.0;
    first.mean_energy = -0.1;
    first.cutoff_alpha = 0.2;
    first.scale_min = -0.3;
    first.scale_max = 0.7;
    first.scaling_mode = nnpot::ScalingMode::sigma;
    first.cutoff_type = nnpot::CutoffType::tanh3;
    first.elements[0].functions.back().subtype = "p2a";
    first.long_range = nnpot::LongRange{false, 0.3, 0.0, {{1, 0.4}, {8, -0.8}}};
    first.info = {{"units", "metal"}, {"trained_on", "nothing"}};
    first.warnings = {"a line", ""};
    return models;
}

}  // namespace

TEST_CASE("models come back from bytes as they were") {
    const std::vector<nnpot::Model> models = committee();
    const std::vector<nnpot::Model> read = nnpot::models_from_bytes(nnpot::models_to_bytes(models));
    REQUIRE(read.size() == 2);
    const nnpot::Model &a = models[0], &b = read[0];
    CHECK(b.energy_per_output == a.energy_per_output);
    CHECK(b.mean_energy == a.mean_energy);
    CHECK(b.cutoff_alpha == a.cutoff_alpha);
    CHECK(b.scale_min == a.scale_min);
    CHECK(b.scale_max == a.scale_max);
    CHECK(b.scaling_mode == a.scaling_mode);
    CHECK(b.cutoff_type == a.cutoff_type);
    CHECK(b.info == a.info);
    CHECK(b.warnings == a.warnings);
    REQUIRE(b.long_range);
    CHECK(b.long_range->with_real_space == false);
    CHECK(b.long_range->alpha == 0.3);
    CHECK(b.long_range->charges == a.long_range->charges);
    CHECK(!read[1].long_range);
    for (std::size_t m = 0; m < 2; ++m) {
        REQUIRE(read[m].elements.size() == models[m].elements.size());
        for (std::size_t e = 0; e < read[m].elements.size(); ++e) {
            const nnpot::ElementModel &x = models[m].elements[e], &y = read[m].elements[e];
            CHECK(y.atomic_number == x.atomic_number);
            CHECK(y.atom_energy == x.atom_energy);
            REQUIRE(y.functions.size() == x.functions.size());
            for (std::size_t f = 0; f < x.functions.size(); ++f) {
                CHECK(nnpot::to_text(y.functions[f]) == nnpot::to_text(x.functions[f]));
                CHECK(y.functions[f].subtype == x.functions[f].subtype);
            }
            for (auto column : {&nnpot::ScalingData::min, &nnpot::ScalingData::max, &nnpot::ScalingData::mean,
                                &nnpot::ScalingData::sigma}) {
                CHECK(arma::approx_equal(y.scaling.*column, x.scaling.*column, "absdiff", 0.0));
            }
            REQUIRE(y.layers.size() == x.layers.size());
            for (std::size_t l = 0; l < x.layers.size(); ++l) {
                CHECK(arma::approx_equal(y.layers[l].weights, x.layers[l].weights, "absdiff", 0.0));
                CHECK(arma::approx_equal(y.layers[l].biases, x.layers[l].biases, "absdiff", 0.0));
                CHECK(y.layers[l].activation == x.layers[l].activation);
            }
        }
    }
}

TEST_CASE("bytes that are cut short or too long are refused") {
    const std::string bytes = nnpot::models_to_bytes(committee());
    for (std::size_t size = 0; size < bytes.size(); size += 7) {
        CHECK_THROWS_AS(nnpot::models_from_bytes(bytes.substr(0, size)), nnpot::InvalidInput);
    }
    CHECK_THROWS_AS(nnpot::models_from_bytes(bytes + "x"), nnpot::InvalidInput);
}
