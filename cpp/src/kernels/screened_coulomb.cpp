#include <algorithm>
#include <armadillo>
#include <cmath>
#include <cstring>

#include "coulomb_kernel.hpp"

namespace nnpot::kernels {
namespace {

/// Value and first two derivatives.
struct Curve {
    double value, first, second;
};

/// Of factor · erfc(α √s)/√s.
Curve curve(double factor, double alpha, double s) {
    const double value = factor * std::erfc(alpha * std::sqrt(s)) / std::sqrt(s);
    const double gaussian = factor * alpha / std::sqrt(arma::datum::pi) * std::exp(-alpha * alpha * s);
    const double first = -(0.5 * value + gaussian) / s;
    return {value, first, -(0.5 * first - alpha * alpha * gaussian + first) / s};
}

/// The polynomial in s − begin that meets both curves, at its begin and at its end.
ScreenedCoulomb::Piece piece_between(const Curve& begin, const Curve& end, double length) {
    const double h = length;
    const double value = end.value - begin.value - h * begin.first - 0.5 * h * h * begin.second;
    const double first = h * (end.first - begin.first - h * begin.second);
    const double second = h * h * (end.second - begin.second);
    return {{begin.value, begin.first, 0.5 * begin.second, (10.0 * value - 4.0 * first + 0.5 * second) / (h * h * h),
             (-15.0 * value + 7.0 * first - second) / (h * h * h * h),
             (6.0 * value - 3.0 * first + 0.5 * second) / (h * h * h * h * h)},
            {0.0, 0.0}};
}

std::int64_t number_of(double s) {
    std::int64_t bits;
    std::memcpy(&bits, &s, sizeof bits);
    return bits >> ScreenedCoulomb::bits_below;
}

/// Of the piece with this number.
double begin_of(std::int64_t number) {
    const std::int64_t bits = number << ScreenedCoulomb::bits_below;
    double s;
    std::memcpy(&s, &bits, sizeof s);
    return s;
}

}  // namespace

ScreenedCoulomb::ScreenedCoulomb(double factor, double alpha, double cutoff)
    : cutoff_squared_(cutoff * cutoff), first_(number_of(smallest)) {
    const std::int64_t last = number_of(std::max(cutoff_squared_, 1.0));
    Curve begin = curve(factor, alpha, smallest);
    for (std::int64_t number = first_; number <= last; ++number) {
        const Curve end = curve(factor, alpha, begin_of(number + 1));
        pieces_.push_back(piece_between(begin, end, begin_of(number + 1) - begin_of(number)));
        begin = end;
    }
}

}  // namespace nnpot::kernels
