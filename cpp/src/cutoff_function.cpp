#include "nnpot/cutoff_function.hpp"

#include <cmath>
#include <string>

#include "cutoff_core.hpp"
#include "limits.hpp"
#include "nnpot/error.hpp"
#include "text.hpp"

namespace nnpot {

CutoffType cutoff_type_from_number(long number) {
    if (number < 0 || number > 8) {
        throw InvalidInput("cutoff type must be from 0 to 8, got " + std::to_string(number));
    }
    return static_cast<CutoffType>(number);
}

CutoffFunction::CutoffFunction(CutoffType type, double radius, double alpha)
    : type_(type), radius_(radius), inner_radius_(alpha * radius) {
    if (!std::isfinite(radius) || radius <= 0.0) {
        throw InvalidInput("cutoff radius must be finite and > 0 Å, got " + to_text(radius));
    }
    if (radius > largest_cutoff_radius) {
        throw InvalidInput("cutoff radius must be at most " + to_text(largest_cutoff_radius) + " Å, got " +
                           to_text(radius) + "; look at the units");
    }
    if (!(alpha >= 0.0 && alpha < 1.0)) {
        throw InvalidInput("cutoff alpha must be at least 0 and below 1, got " + std::to_string(alpha));
    }
    const bool ignores_alpha = type == CutoffType::tanh3 || type == CutoffType::tanh3_unnormalized;
    if (ignores_alpha) inner_radius_ = 0.0;
}

ValueAndSlope CutoffFunction::operator()(double r) const noexcept {
    if (r >= radius_) return {0.0, 0.0};
    if (r < inner_radius_) return {1.0, 0.0};
    const double inverse_width = 1.0 / (radius_ - inner_radius_);
    CoreValue<double> core{};
    for_cutoff_type(
        type_, [&](auto tag) { core = cutoff_core<decltype(tag)::value, ScalarMath>((radius_ - r) * inverse_width); });
    return {core.value, core.slope * inverse_width};
}

}  // namespace nnpot
