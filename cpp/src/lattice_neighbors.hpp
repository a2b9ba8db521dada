#pragma once

#include <armadillo>
#include <vector>

namespace nnpot {

/// The neighbors of one particle of a lattice, images included: first those in the central cell, then the others.
class LatticeNeighbors {
public:
    /// @param reach  larger distances are left out
    /// @throws InvalidInput if a particle lies at the place of the center
    void find(const arma::mat& positions, double width, unsigned depth, std::size_t center, double reach);

    std::size_t size() const noexcept { return r_.size(); }
    std::size_t n_central() const noexcept { return n_central_; }
    std::size_t dimension() const noexcept { return x_.size(); }
    double r(std::size_t k) const noexcept { return r_[k]; }
    const double* distances() const noexcept { return r_.data(); }
    std::size_t particle(std::size_t k) const noexcept { return particle_[k]; }
    /// For each dimension the components of the vectors from the center.
    const double* const* vectors() const noexcept { return rows_.data(); }
    /// In which image neighbor @p k lies: cells along dimension @p d.
    int image(std::size_t k, std::size_t d) const noexcept { return image_[k * x_.size() + d]; }

private:
    /// Along one dimension: the vector to the particle itself, and the images that may be within reach.
    struct Walk {
        double difference;
        int first, last;
    };

    void clear(std::size_t dimension);
    void add(std::size_t particle, const double* vector, double r, const int* image);
    void find_images(const arma::mat& positions, double width, int depth, std::size_t center, std::size_t other,
                     double reach);

    /// Starts the walk over the images of a particle; false if there are none.
    bool start_images(const arma::mat& positions, double width, int depth, std::size_t center, std::size_t other,
                      double reach);
    bool next_image();

    std::size_t n_central_ = 0;
    std::vector<std::vector<double>> x_;
    std::vector<double> r_;
    std::vector<std::size_t> particle_;
    std::vector<int> image_;
    std::vector<const double*> rows_;
    std::vector<Walk> walks_;
    std::vector<int> current_;
    std::vector<double> vector_;
};

/// @throws InvalidInput unless there are particles, all is finite and the width positive
void require_lattice(const arma::mat& positions, double width);

}  // namespace nnpot
