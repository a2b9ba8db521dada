#include "lattice_neighbors.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nnpot/error.hpp"

namespace nnpot {

namespace {

[[noreturn]] void throw_same_place(std::size_t i, std::size_t j) {
    throw InvalidInput("particles " + std::to_string(i) + " and " + std::to_string(j) +
                       " (or an image of it) lie on the same place");
}

}  // namespace

void require_lattice(const arma::mat& positions, double width) {
    if (positions.is_empty()) throw InvalidInput("lattice: expected at least one particle in one dimension");
    if (!positions.is_finite()) throw InvalidInput("lattice: expected finite positions");
    if (!std::isfinite(width) || width <= 0.0) {
        throw InvalidInput("lattice: the width of the cell must be finite and > 0, got " + std::to_string(width));
    }
}

void LatticeNeighbors::clear(std::size_t dimension) {
    x_.resize(dimension);
    walks_.resize(dimension);
    current_.resize(dimension);
    vector_.resize(dimension);
    for (std::vector<double>& component : x_) component.clear();
    r_.clear();
    particle_.clear();
    image_.clear();
}

void LatticeNeighbors::add(std::size_t particle, const double* vector, double r, const int* image) {
    for (std::size_t d = 0; d < x_.size(); ++d) x_[d].push_back(vector[d]);
    r_.push_back(r);
    particle_.push_back(particle);
    image_.insert(image_.end(), image, image + x_.size());
}

void LatticeNeighbors::find(const arma::mat& positions, double width, unsigned depth, std::size_t center,
                            double reach) {
    clear(positions.n_rows);
    for (std::size_t j = 0; j < positions.n_cols; ++j) {
        if (j != center) find_images(positions, width, 0, center, j, reach);
    }
    n_central_ = size();
    if (depth > 0) {
        for (std::size_t j = 0; j < positions.n_cols; ++j) {
            find_images(positions, width, static_cast<int>(depth), center, j, reach);
        }
    }
    rows_.clear();
    for (const std::vector<double>& component : x_) rows_.push_back(component.data());
}

bool LatticeNeighbors::start_images(const arma::mat& positions, double width, int depth, std::size_t center,
                                    std::size_t other, double reach) {
    bool some = true;
    for (std::size_t d = 0; d < x_.size(); ++d) {
        Walk& walk = walks_[d];
        walk.difference = positions(d, other) - positions(d, center);
        const double limit = depth;
        walk.first = static_cast<int>(std::ceil(std::max(-limit, (-reach - walk.difference) / width)));
        walk.last = static_cast<int>(std::floor(std::min(limit, (reach - walk.difference) / width)));
        current_[d] = walk.first;
        some = some && walk.first <= walk.last;
    }
    return some;
}

bool LatticeNeighbors::next_image() {
    for (std::size_t d = 0; d < x_.size(); ++d) {
        if (++current_[d] <= walks_[d].last) return true;
        current_[d] = walks_[d].first;
    }
    return false;
}

/// With depth 0 the particle itself, otherwise its images without it.
void LatticeNeighbors::find_images(const arma::mat& positions, double width, int depth, std::size_t center,
                                   std::size_t other, double reach) {
    if (!start_images(positions, width, depth, center, other, reach)) return;
    do {
        double square = 0.0;
        bool wanted = depth == 0;
        for (std::size_t d = 0; d < x_.size(); ++d) {
            vector_[d] = walks_[d].difference + current_[d] * width;
            square += vector_[d] * vector_[d];
            wanted = wanted || current_[d] != 0;
        }
        if (!wanted) continue;
        if (square <= 0.0) throw_same_place(center, other);
        const double r = std::sqrt(square);
        if (r < reach) add(other, vector_.data(), r, current_.data());
    } while (next_image());
}

}  // namespace nnpot
