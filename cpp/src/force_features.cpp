#include "nnpot/force_features.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

void require_gaussian(const RadialGaussian& gaussian) {
    if (!(std::isfinite(gaussian.eta) && gaussian.eta >= 0.0)) {
        throw InvalidInput("force features: eta must be finite and at least 0 (1/Å²), got " + to_text(gaussian.eta));
    }
    if (!std::isfinite(gaussian.r_shift)) {
        throw InvalidInput("force features: r_shift must be finite (Å), got " + to_text(gaussian.r_shift));
    }
}

bool same(const RadialGaussian& a, const RadialGaussian& b) { return a.eta == b.eta && a.r_shift == b.r_shift; }

}  // namespace

StretchedAxes::StretchedAxes(const arma::mat& axes, double stretch)
    : axes_(axes), stretch_(stretch), shrink_(1.0 - 1.0 / (stretch * stretch)) {
    constexpr double largest_stretch = 100.0;
    if (!(stretch > 0.0 && stretch <= largest_stretch)) {
        throw InvalidInput("force features: stretch must be > 0 and at most 100, got " + to_text(stretch));
    }
    if (axes_.n_rows != 3 || axes_.n_cols == 0) {
        throw InvalidInput("force features: axes must be at least one vector of three components");
    }
    for (arma::uword axis = 0; axis < axes_.n_cols; ++axis) {
        const double* a = axes_.colptr(axis);
        const double length = std::sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
        if (!(std::isfinite(length) && length > 0.0)) {
            throw InvalidInput("force features: axes[" + std::to_string(axis) + "] must be finite and not 0");
        }
        axes_.col(axis) /= length;
    }
}

double StretchedAxes::search_radius(double cutoff) const noexcept { return cutoff * std::max(stretch_, 1.0); }

double StretchedAxes::squared_distance(std::size_t axis, double x, double y, double z) const noexcept {
    const double* a = axes_.colptr(axis);
    const double along = x * a[0] + y * a[1] + z * a[2];
    return std::max(x * x + y * y + z * z - along * along * shrink_, 0.0);
}

ForceFeatures::ForceFeatures(std::vector<int> elements, std::vector<RadialGaussian> gaussians,
                             const CutoffFunction& cutoff)
    : elements_(std::move(elements)), gaussians_(std::move(gaussians)), cutoff_(cutoff) {
    if (elements_.empty()) throw InvalidInput("force features: expected at least one element");
    if (gaussians_.empty()) throw InvalidInput("force features: expected at least one Gaussian");
    for (std::size_t i = 0; i < elements_.size(); ++i) {
        const std::string symbol = element_symbol(elements_[i]);
        if (std::count(elements_.begin(), elements_.end(), elements_[i]) > 1) {
            throw InvalidInput("force features: element " + symbol + " is given twice");
        }
    }
    for (auto gaussian = gaussians_.begin(); gaussian != gaussians_.end(); ++gaussian) {
        require_gaussian(*gaussian);
        if (std::any_of(gaussians_.begin(), gaussian, [&](const auto& other) { return same(other, *gaussian); })) {
            throw InvalidInput("force features: the Gaussian with eta " + std::to_string(gaussian->eta) +
                               " and r_shift " + std::to_string(gaussian->r_shift) + " is given twice");
        }
    }
}

std::size_t ForceFeatures::first_row(int atomic_number) const {
    const auto found = std::find(elements_.begin(), elements_.end(), atomic_number);
    if (found == elements_.end()) {
        throw UnknownElement("force features: a neighbor is of element " + element_symbol(atomic_number) +
                             ", which has none");
    }
    return static_cast<std::size_t>(found - elements_.begin()) * gaussians_.size();
}

double ForceFeatures::value(const RadialGaussian& gaussian, double distance) const noexcept {
    const double difference = distance - gaussian.r_shift;
    return std::exp(-gaussian.eta * difference * difference);
}

arma::mat ForceFeatures::spheres(const NeighborList& list) const {
    arma::mat result(size(), list.n_centers(), arma::fill::zeros);
    for (std::size_t center = 0; center < list.n_centers(); ++center) {
        double* column = result.colptr(center);
        for (std::size_t n = list.offsets[center]; n < list.offsets[center + 1]; ++n) {
            const double x = list.dx[n], y = list.dy[n], z = list.dz[n];
            const double distance = std::sqrt(x * x + y * y + z * z);
            if (distance >= cutoff()) continue;
            const double within = cutoff_(distance).value;
            double* row = column + first_row(list.neighbor_atomic_number[n]);
            for (const auto& gaussian : gaussians_) *row++ += within * value(gaussian, distance);
        }
    }
    return result;
}

arma::mat ForceFeatures::ellipsoids(const NeighborList& list, const StretchedAxes& axes) const {
    arma::mat result(axes.size() * size(), list.n_centers(), arma::fill::zeros);
    for (std::size_t center = 0; center < list.n_centers(); ++center) {
        for (std::size_t n = list.offsets[center]; n < list.offsets[center + 1]; ++n) {
            for (std::size_t axis = 0; axis < axes.size(); ++axis) {
                const double distance = std::sqrt(axes.squared_distance(axis, list.dx[n], list.dy[n], list.dz[n]));
                if (distance >= cutoff()) continue;
                const double within = cutoff_(distance).value;
                double* row = result.colptr(center) + axis * size() + first_row(list.neighbor_atomic_number[n]);
                for (const auto& gaussian : gaussians_) *row++ += within * value(gaussian, distance);
            }
        }
    }
    return result;
}

arma::cube ForceFeatures::vectors(const NeighborList& list) const {
    arma::cube result(3, size(), list.n_centers(), arma::fill::zeros);
    for (std::size_t center = 0; center < list.n_centers(); ++center) {
        for (std::size_t n = list.offsets[center]; n < list.offsets[center + 1]; ++n) {
            const double x = list.dx[n], y = list.dy[n], z = list.dz[n];
            const double distance = std::sqrt(x * x + y * y + z * z);
            if (distance >= cutoff()) continue;
            const double within = cutoff_(distance).value / distance;
            double* to = result.slice_memptr(center) + 3 * first_row(list.neighbor_atomic_number[n]);
            for (const auto& gaussian : gaussians_) {
                const double weight = within * value(gaussian, distance);
                *to++ += weight * x;
                *to++ += weight * y;
                *to++ += weight * z;
            }
        }
    }
    return result;
}

}  // namespace nnpot
