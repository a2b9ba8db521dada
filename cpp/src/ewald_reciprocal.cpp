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
        const double slope = 2.0 * (1.0 / k2 + width);
        const std::array<double, 6> virial{1.0 - slope * k(0) * k(0), 1.0 - slope * k(1) * k(1),
                                           1.0 - slope * k(2) * k(2), -slope * k(0) * k(1),
                                           -slope * k(0) * k(2),      -slope * k(1) * k(2)};
        structure_factors();
        for (unsigned b = 0; b < charges_.n_kinds; ++b) add_kind(k, virial, factor * re_(b), factor * im_(b), b);
    }

    void structure_factors() {
        re_.zeros();
        im_.zeros();
        for (std::size_t i = 0; i < charges_.kinds.size(); ++i) {
            re_(charges_.kinds[i]) += charges_.weights(i) * wave_.re[i];
            im_(charges_.kinds[i]) += charges_.weights(i) * wave_.im[i];
        }
    }

    /// What the charges of kind @p b, with structure factor re + i im, do to all atoms.
    void add_kind(const arma::rowvec3& k, const std::array<double, 6>& virial, double re, double im, unsigned b) {
        const std::size_t n = wave_.re.size();
        const double *weights = charges_.weights.memptr(), *c = wave_.re.data(), *s = wave_.im.data();
        double *potential = sums_.potentials.colptr(b), *field = sums_.fields.slice_memptr(b),
               *virials = sums_.virials.slice_memptr(b);
        for (std::size_t i = 0; i < n; ++i) {
            const double energy = weights[i] * (c[i] * re + s[i] * im);
            const double slope = 2.0 * weights[i] * (s[i] * re - c[i] * im);
            potential[i] += energy;
            for (unsigned d = 0; d < 3; ++d) field[d * n + i] += slope * k(d);
            for (unsigned d = 0; d < 6; ++d) virials[d * n + i] += energy * virial[d];
        }
    }

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
