#include "nnpot/uncertainty.hpp"

#include <algorithm>
#include <cmath>

namespace nnpot {
namespace {

/// Σ_m (v_m − mean)² of one component.
double squared_deviations(const std::vector<std::vector<double>>& members, std::size_t component) {
    double mean = 0.0, sum = 0.0;
    for (const std::vector<double>& member : members) mean += member[component];
    mean /= static_cast<double>(members.size());
    for (const std::vector<double>& member : members) {
        const double deviation = member[component] - mean;
        sum += deviation * deviation;
    }
    return sum;
}

}  // namespace

std::vector<double> spreads(const std::vector<std::vector<double>>& members, std::size_t dimension, std::size_t n) {
    std::vector<double> result(n, 0.0);
    const double degrees = static_cast<double>(members.size()) - 1.0;
    for (std::size_t i = 0; i < n; ++i) {
        double sum = 0.0;
        for (std::size_t k = 0; k < dimension; ++k) sum += squared_deviations(members, dimension * i + k);
        result[i] = std::sqrt(sum / degrees);
    }
    return result;
}

void raise_grades(const NeighborList& list, const std::vector<Extrapolation>& extrapolations, double* grades) noexcept {
    for (const Extrapolation& found : extrapolations) {
        double& grade = grades[list.center_index[found.center]];
        grade = std::max(grade, found.distance());
    }
}

}  // namespace nnpot
