// Compiled once per instruction set (cpp/CMakeLists.txt), NNPOT_VARIANT is set to its name.
#include "coulomb_kernel.hpp"

#include <algorithm>

#include "pack_math.hpp"

namespace nnpot::kernels {
namespace {

/// Σ c[i] xⁱ as that of the even and that of the odd powers, which the processor calculates side by side.
template <std::size_t n>
NNPOT_INLINE Pack even_and_odd(Pack x, const double (&c)[n]) {
    static_assert(n % 2 == 0);
    const Pack square = x * x;
    Pack even(c[n - 2]), odd(c[n - 1]);
    for (std::size_t i = n - 2; i > 0; i -= 2) {
        even = even * square + Pack(c[i - 2]);
        odd = odd * square + Pack(c[i - 1]);
    }
    return even + x * odd;
}

/// e^(x²) erfc(x) of x ≥ 0, to 5e-16, and 1/r: a polynomial of (x − 3)/(x + 3) over 1 + 2x, after Shepherd and
/// Laframboise 1981. One division serves all three.
NNPOT_INLINE Pack scaled_erfc(Pack x, Pack r, Pack& inverse_r) {
    constexpr double c[] = {
        1.2530080582697295412,    -0.13562110612458119287,    -0.047562294353418972159,   0.12964515870276262462,
        -0.11927366341681594802,  0.068308027343921441185,    -0.023770514890662270934,   0.0025293918167996630331,
        0.0018886900908332905848, -0.00077983227727425470788, -0.00010515828085467253667, 0.00012509937435915821476,
        4.9440312148829276248e-6, -2.010062766440610647e-5,   -7.1861493963036221574e-7,  3.4725202800655187431e-6,
        3.3649033965298254934e-7, -6.1677094935509634868e-7,  -1.2038713923616525281e-7,  1.0195717375790893916e-7,
        2.7779061599708632934e-8, -1.3361953304404017997e-8,  -3.169592039553521964e-9,   9.9488209475371957954e-10};
    const Pack a = x + Pack(3.0), b = Pack(1.0) + x + x;
    const Pack inverse = Pack(1.0) / (a * b * r);
    inverse_r = inverse * a * b;
    return even_and_odd((x - Pack(3.0)) * inverse * b * r, c) * inverse * a * r;
}

struct Sum {
    Pack charge, alpha, gaussian, cutoff_squared;
    Pack energy = 0.0;

    /// Adds the neighbors of one vector from @p i on.
    NNPOT_INLINE void add(const ChargedNeighbors& n, std::size_t i) {
        const Pack x = load(n.dx + i), y = load(n.dy + i), z = load(n.dz + i);
        const Pack squared = x * x + y * y + z * z;
        const NativeInteger counts = squared < cutoff_squared;
        const Pack r = square_root(squared), scaled = alpha * r;
        Pack inverse;
        const Pack erfc = scaled_erfc(scaled, r, inverse);
        const Pack damped = charge * load(n.charges + i) * PackMath::exp(-scaled * scaled);
        const Pack potential = select(counts, damped * erfc * inverse, 0.0);
        const Pack slope = (potential + select(counts, damped * gaussian, 0.0)) * inverse * inverse;
        energy += potential;
        store(n.gx + i, -slope * x);
        store(n.gy + i, -slope * y);
        store(n.gz + i, -slope * z);
    }

    /// The neighbors that fill no vector, from @p first on.
    void add_rest(const ChargedNeighbors& n, std::size_t first) {
        double x[width], y[width], z[width], charges[width], gx[width], gy[width], gz[width];
        const std::size_t count = n.n - first;
        for (double* component : {x, y, z}) std::fill(component, component + width, 1e15);  // beyond any cutoff
        std::fill(charges, charges + width, 0.0);
        std::copy_n(n.dx + first, count, x);
        std::copy_n(n.dy + first, count, y);
        std::copy_n(n.dz + first, count, z);
        std::copy_n(n.charges + first, count, charges);
        add({width, x, y, z, charges, gx, gy, gz}, 0);
        for (std::size_t i = 0; i < count; ++i) {
            n.gx[first + i] = gx[i];
            n.gy[first + i] = gy[i];
            n.gz[first + i] = gz[i];
        }
    }
};

}  // namespace

namespace NNPOT_VARIANT {

double screened_coulomb(double charge, double alpha, double cutoff_squared, const ChargedNeighbors& neighbors);

double screened_coulomb(double charge, double alpha, double cutoff_squared, const ChargedNeighbors& neighbors) {
    constexpr double two_over_root_pi = 1.12837916709551257390;
    Sum all{charge, alpha, two_over_root_pi * alpha, cutoff_squared};
    std::size_t i = 0;
    for (; i + width <= neighbors.n; i += width) all.add(neighbors, i);
    if (i < neighbors.n) all.add_rest(neighbors, i);
    return sum(all.energy);
}

}  // namespace NNPOT_VARIANT

}  // namespace nnpot::kernels
