#include <array>
#include <cmath>

#include "nnpot/error.hpp"
#include "nnpot/ewald.hpp"

namespace nnpot {
namespace {

/// Re and Im of exp(i k·r) of all atoms, for one k.
struct Phases {
    std::vector<double> re, im;

    explicit Phases(std::size_t n) : re(n, 1.0), im(n, 0.0) {}

    /// *this = a · b, or a · conjugate of b
    void multiply(const Phases& a, const Phases& b, bool conjugate) {
        const double sign = conjugate ? -1.0 : 1.0;
        for (std::size_t i = 0; i < re.size(); ++i) {
            re[i] = a.re[i] * b.re[i] - sign * a.im[i] * b.im[i];
            im[i] = a.im[i] * b.re[i] + sign * a.re[i] * b.im[i];
        }
    }
};

/// exp(2πi n s) of the fractional coordinates s along one axis, n = 0 .. largest.
std::vector<Phases> powers(const arma::rowvec& fractional, int largest) {
    const std::size_t n = fractional.n_elem;
    std::vector<Phases> all(static_cast<std::size_t>(largest) + 1, Phases(n));
    for (std::size_t power = 1; power < all.size(); ++power) {
        for (std::size_t i = 0; i < n; ++i) {
            const double s = fractional(i) - std::floor(fractional(i));
            const double angle = 2.0 * arma::datum::pi * static_cast<double>(power) * s;
            all[power].re[i] = std::cos(angle);
            all[power].im[i] = std::sin(angle);
        }
    }
    return all;
}

/// The sum over one half of reciprocal space; the other half is its mirror image.
class ReciprocalSum {
public:
    ReciprocalSum(const Structure& structure, const ChargeKinds& charges, const EwaldSplit& split, CoulombSums& sums)
        : charges_(charges),
          split_(split),
          sums_(sums),
          rows_(2.0 * arma::datum::pi * structure.cell.inverse()),
          prefactor_(2.0 * coulomb_constant * 2.0 * arma::datum::pi / std::abs(arma::det(structure.cell.vectors()))),
          plane_(structure.n_atoms()),
          wave_(structure.n_atoms()),
          re_(charges.n_kinds),
          im_(charges.n_kinds) {
        const arma::mat fractional = structure.cell.inverse() * structure.positions;
        for (unsigned axis = 0; axis < 3; ++axis) {
            const double length = arma::norm(structure.cell.vectors().col(axis));
            largest_[axis] = static_cast<int>(split.reciprocal_cutoff * length / (2.0 * arma::datum::pi));
            powers_[axis] = powers(fractional.row(axis), largest_[axis]);
        }
    }

    void run() {
        for (int n0 = 0; n0 <= largest_[0]; ++n0) {
            for (int n1 = n0 > 0 ? -largest_[1] : 0; n1 <= largest_[1]; ++n1) {
                plane_.multiply(power(0, n0), power(1, n1), n1 < 0);
                for (int n2 = n0 > 0 || n1 > 0 ? -largest_[2] : 1; n2 <= largest_[2]; ++n2) {
                    const arma::rowvec3 k = n0 * rows_.row(0) + n1 * rows_.row(1) + n2 * rows_.row(2);
                    if (arma::dot(k, k) > split_.reciprocal_cutoff * split_.reciprocal_cutoff) continue;
                    wave_.multiply(plane_, power(2, n2), n2 < 0);
                    add_wave(k);
                }
            }
        }
    }

private:
    const Phases& power(std::size_t axis, int n) const { return powers_[axis][static_cast<std::size_t>(std::abs(n))]; }

    void add_wave(const arma::rowvec3& k) {
        const double k2 = arma::dot(k, k), width = 1.0 / (4.0 * split_.alpha * split_.alpha);
        const double factor = prefactor_ * std::exp(-k2 * width) / k2;
        structure_factors();
        for (unsigned a = 0; a < charges_.n_kinds; ++a) {
            for (unsigned b = 0; b < charges_.n_kinds; ++b) {
                const double energy = factor * (re_(a) * re_(b) + im_(a) * im_(b));
                sums_.energy(a, b) += energy;
                for (unsigned c = 0; c < 3; ++c) sums_.virial(c, a, b) += energy;
                const double slope = 2.0 * energy * (1.0 / k2 + width);
                for (unsigned c = 0; c < 6; ++c) sums_.virial(c, a, b) -= slope * k(first[c]) * k(second[c]);
            }
            add_fields(k, 2.0 * factor, a);
        }
    }

    void structure_factors() {
        re_.zeros();
        im_.zeros();
        for (std::size_t i = 0; i < charges_.kinds.size(); ++i) {
            re_(charges_.kinds[i]) += charges_.weights(i) * wave_.re[i];
            im_(charges_.kinds[i]) += charges_.weights(i) * wave_.im[i];
        }
    }

    void add_fields(const arma::rowvec3& k, double factor, unsigned b) {
        double* field = sums_.fields.slice_memptr(b);
        const double* weights = charges_.weights.memptr();
        const double re = factor * re_(b), im = factor * im_(b), x = k(0), y = k(1), z = k(2);
        for (std::size_t i = 0; i < wave_.re.size(); ++i, field += 3) {
            const double slope = weights[i] * (wave_.im[i] * re - wave_.re[i] * im);
            field[0] += slope * x;
            field[1] += slope * y;
            field[2] += slope * z;
        }
    }

    static constexpr unsigned first[6] = {0, 1, 2, 0, 0, 1};
    static constexpr unsigned second[6] = {0, 1, 2, 1, 2, 2};

    const ChargeKinds& charges_;
    const EwaldSplit& split_;
    CoulombSums& sums_;
    arma::mat33 rows_;  ///< reciprocal cell vectors
    double prefactor_;
    Phases plane_, wave_;
    arma::vec re_, im_;  ///< structure factors of the kinds
    std::array<int, 3> largest_{};
    std::array<std::vector<Phases>, 3> powers_;
};

}  // namespace

void add_reciprocal_space(const Structure& structure, const ChargeKinds& charges, const EwaldSplit& split,
                          CoulombSums& sums) {
    for (const bool periodic : structure.cell.periodic()) {
        if (!periodic) throw InvalidInput("Ewald sum: the cell must be periodic in all three directions");
    }
    ReciprocalSum(structure, charges, split, sums).run();
}

}  // namespace nnpot
