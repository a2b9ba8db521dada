#pragma once

#include "pack.hpp"

// Functions of vectors. Coefficients: interpolation at Chebyshev nodes with 60 digits; errors below are relative
// and before rounding (tests/cpp/test_kernels.cpp measures them).
namespace nnpot::kernels {
namespace {

template <std::size_t n>
NNPOT_INLINE Pack polynomial(Pack x, const double (&coefficients)[n]) {
    Pack result(coefficients[n - 1]);
    for (std::size_t i = n - 1; i-- > 0;) result = result * x + Pack(coefficients[i]);
    return result;
}

/// Functions of vectors under the names that the formulas of the cutoff functions use.
struct PackMath {
    using Value = Pack;

    /// 2^k e^f with |f| ≤ ln 2 / 2; 3e-18 in double, 3e-9 in single. Beyond the exponent's range it stays at its end.
    static NNPOT_INLINE Pack exp(Pack x) {
#ifdef NNPOT_SINGLE
        constexpr double limit = 87.0, to_the_last_bits = 0x1.8p23;
        constexpr int mantissa_bits = 23, bias = 127;
        constexpr double ln2_high = 0.693359375, ln2_low = -2.12194440054690583e-4;
        constexpr double c[] = {1.0,
                                1.0000000377162139298,
                                0.50000000471177574735,
                                0.16666415514653276642,
                                0.041666352896775157855,
                                0.0083751263981533350528,
                                0.0013941108433972674435};
#else
        constexpr double limit = 708.0, to_the_last_bits = 0x1.8p52;
        constexpr int mantissa_bits = 52, bias = 1023;
        constexpr double ln2_high = 6.93145751953125e-1, ln2_low = 1.42860682030941723212e-6;
        constexpr double c[] = {1.0,
                                1.0,
                                0.50000000000000188738,
                                0.16666666666666679619,
                                0.041666666666488098858,
                                0.0083333333333196011466,
                                0.0013888888952314775056,
                                0.00019841269890047113079,
                                2.480148548232849389e-05,
                                2.7557240918578969647e-06,
                                2.7632639639041028624e-07,
                                2.511003760596377693e-08};
#endif
        x = smaller(larger(x, -limit), limit);
        const Pack shifted = x * 1.44269504088896340736 + to_the_last_bits;  // ends with k, rounded
        const Pack whole = shifted - to_the_last_bits;
        const Pack fraction = (x - whole * ln2_high) - whole * ln2_low;
        const NativeInteger exponent = (reinterpret_cast<NativeInteger>(shifted.native) + bias) << mantissa_bits;
        return polynomial(fraction, c) * Pack(reinterpret_cast<NativeReal>(exponent));
    }

    /// tanh of 0 ≤ y ≤ 1; 2e-16 in double, 4e-9 in single.
    static NNPOT_INLINE Pack tanh_to_1(Pack y) {
#ifdef NNPOT_SINGLE
        constexpr double c[] = {0.99999999564229768989,   -0.33333277378133252533,  0.13332139305174819932,
                                -0.053869706724816321386, 0.021461410155256627208,  -0.0079124850588356918785,
                                0.0022786476648711632975, -0.0003523280943633135009};
#else
        constexpr double c[] = {0.99999999999999988898,     -0.33333333333327114234,    0.13333333332866986742,
                                -0.053968253829690074341,   0.02186948637131482312,     -0.0088632150652075587793,
                                0.003592001031526688426,    -0.0014552898065417585287,  0.0005883602826886760815,
                                -0.00023540928172731116655, 9.0793484484327760986e-05,  -3.1803378030411946439e-05,
                                9.1259535962648351981e-06,  -1.8226646212654275391e-06, 1.8286257399789470379e-07};
#endif
        return y * polynomial(y * y, c);
    }

    /// sin(π y / 2) and cos(π y / 2) of 0 ≤ y ≤ 1, both without cancellation at their zeros; 4e-17 in double.
    static NNPOT_INLINE void sine_and_cosine(Pack y, Pack& sine, Pack& cosine) {
        const Pack s = y * y;
#ifdef NNPOT_SINGLE
        constexpr double of_sine[] = {1.5707963200386017011, -0.6459637595835393542, 0.079689918329028497368,
                                      -0.0046741438381517775441, 0.00015167170366408959381};
        constexpr double of_cosine[] = {0.99999999912260917334, -0.23370050625459745652, 0.019968606206800278147,
                                        -0.00089353550146327378068, 2.3600689581301922612e-05};
#else
        constexpr double of_sine[] = {1.570796326794896558,      -0.64596409750624617097,    0.079692626246165645942,
                                      -0.0046817541353042554236, 0.0001604411847130916011,   -3.5988430204672576262e-06,
                                      5.6921364280986253673e-08, -6.6844168318560846282e-10, 5.8729757447999503371e-12};
        constexpr double of_cosine[] = {1.0,
                                        -0.2337005501361698323,
                                        0.019968957764878076527,
                                        -0.00089452299847364439341,
                                        2.4737276358836731642e-05,
                                        -4.6476599159529778738e-07,
                                        6.3214409042583571408e-09,
                                        -6.5105291567976844471e-11,
                                        5.1084696854224100404e-13};
#endif
        sine = y * polynomial(s, of_sine);
        cosine = (Pack(1.0) - s) * polynomial(s, of_cosine);
    }
};

/// x to the power of a whole number, known when compiled.
template <unsigned exponent>
NNPOT_INLINE Pack fixed_power(Pack x) {
    if constexpr (exponent == 0) {
        return 1.0;
    } else if constexpr (exponent == 1) {
        return x;
    } else {
        const Pack half = fixed_power<exponent / 2>(x);
        return exponent % 2 != 0 ? half * half * x : half * half;
    }
}

NNPOT_INLINE Pack whole_power(Pack x, unsigned exponent) {
    Pack result(1.0);
    for (; exponent != 0; exponent >>= 1, x = x * x) {
        if ((exponent & 1u) != 0) result = result * x;
    }
    return result;
}

/// Calls @p function with the function that raises to a whole power, so that a loop inside it is compiled for each
/// of the exponents that models have.
template <typename Function>
inline void with_whole_power(unsigned exponent, const Function& function) {
    switch (exponent) {
        case 0: return function([](Pack x) { return fixed_power<0>(x); });
        case 1: return function([](Pack x) { return fixed_power<1>(x); });
        case 2: return function([](Pack x) { return fixed_power<2>(x); });
        case 3: return function([](Pack x) { return fixed_power<3>(x); });
        case 4: return function([](Pack x) { return fixed_power<4>(x); });
        case 5: return function([](Pack x) { return fixed_power<5>(x); });
        case 6: return function([](Pack x) { return fixed_power<6>(x); });
        case 7: return function([](Pack x) { return fixed_power<7>(x); });
        case 8: return function([](Pack x) { return fixed_power<8>(x); });
        case 10: return function([](Pack x) { return fixed_power<10>(x); });
        case 11: return function([](Pack x) { return fixed_power<11>(x); });
        case 15: return function([](Pack x) { return fixed_power<15>(x); });
        case 20: return function([](Pack x) { return fixed_power<20>(x); });
        case 31: return function([](Pack x) { return fixed_power<31>(x); });
        case 63: return function([](Pack x) { return fixed_power<63>(x); });
        default: return function([exponent](Pack x) { return whole_power(x, exponent); });
    }
}

}  // namespace
}  // namespace nnpot::kernels
