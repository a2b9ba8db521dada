#include "nnpot/scaler.hpp"

#include <cmath>
#include <utility>

#include "nnpot/error.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

void require_range(const arma::vec& width, const char* what, const std::string& element) {
    for (arma::uword i = 0; i < width.n_elem; ++i) {
        if (std::isfinite(width(i)) && width(i) > 0.0) continue;
        throw InvalidInput("scaling: symmetry function " + std::to_string(i + 1) + " of " + element + " has " + what +
                           " " + to_text(width(i)) + " over the training data, so it cannot be scaled; remove it");
    }
}

}  // namespace

ScalingMode scaling_mode_from_name(const std::string& name) {
    if (name == "none") return ScalingMode::none;
    if (name == "scale") return ScalingMode::scale;
    if (name == "center") return ScalingMode::center;
    if (name == "scale_center") return ScalingMode::scale_center;
    if (name == "sigma") return ScalingMode::sigma;
    throw InvalidInput("scaling mode: expected none, scale, center, scale_center or sigma, got '" + name + "'");
}

Scaler::Scaler(ScalingMode mode, const ScalingData& data, double low, double high, const std::string& element)
    : offset_(data.mean.n_elem, arma::fill::zeros), factor_(data.mean.n_elem, arma::fill::ones) {
    arma::vec from(data.mean.n_elem, arma::fill::zeros);
    double to = 0.0;
    if (mode == ScalingMode::scale || mode == ScalingMode::scale_center) {
        require_range(data.max - data.min, "the range", element);
        factor_ = (high - low) / (data.max - data.min);
        from = mode == ScalingMode::scale ? data.min : data.mean;
        to = low;
    } else if (mode == ScalingMode::sigma) {
        require_range(data.sigma, "the standard deviation", element);
        factor_ = (high - low) / data.sigma;
        from = data.mean;
        to = low;
    } else if (mode == ScalingMode::center) {
        from = data.mean;
    }
    offset_ = to - factor_ % from;
}

void Scaler::apply(double* values) const noexcept {
    for (std::size_t i = 0; i < size(); ++i) values[i] = offset_(i) + factor_(i) * values[i];
}

}  // namespace nnpot
