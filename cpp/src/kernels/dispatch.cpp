#include <cstdlib>
#include <string>
#include <vector>

#include "coulomb_kernel.hpp"
#include "kernels.hpp"
#include "lattice_kernels.hpp"
#include "moment_kernels.hpp"
#include "nnpot/error.hpp"

namespace nnpot::kernels {

namespace generic {
extern const Kernels<double> double_kernels;
extern const Kernels<float> single_kernels;
extern const MomentKernels<double> double_moments;
extern const MomentKernels<float> single_moments;
extern const LatticeKernels lattice_kernels;
CoulombSum coulomb(const ScreenedCoulomb& law, const ChargedNeighborhood& around, const ChargedPairs& pairs,
                   ChargedPoint* forces);
}  // namespace generic
#ifdef NNPOT_X86_VARIANTS
namespace avx2 {
extern const Kernels<double> double_kernels;
extern const Kernels<float> single_kernels;
extern const MomentKernels<double> double_moments;
extern const MomentKernels<float> single_moments;
extern const LatticeKernels lattice_kernels;
CoulombSum coulomb(const ScreenedCoulomb& law, const ChargedNeighborhood& around, const ChargedPairs& pairs,
                   ChargedPoint* forces);
}  // namespace avx2
namespace avx512 {
extern const Kernels<double> double_kernels;
extern const Kernels<float> single_kernels;
extern const MomentKernels<double> double_moments;
extern const MomentKernels<float> single_moments;
extern const LatticeKernels lattice_kernels;
CoulombSum coulomb(const ScreenedCoulomb& law, const ChargedNeighborhood& around, const ChargedPairs& pairs,
                   ChargedPoint* forces);
}  // namespace avx512
#endif

namespace {

struct Variant {
    const Kernels<double>* in_double;
    const Kernels<float>* in_single;
    const MomentKernels<double>* moments_in_double;
    const MomentKernels<float>* moments_in_single;
    const LatticeKernels* lattice;
    CoulombKernel coulomb;
};

/// The variants that this processor runs, fastest first.
std::vector<Variant> runnable() {
    std::vector<Variant> found;
#ifdef NNPOT_X86_VARIANTS
    __builtin_cpu_init();
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                            __builtin_cpu_supports("avx512cd");
    if (has_avx2 && has_avx512)
        found.push_back({&avx512::double_kernels, &avx512::single_kernels, &avx512::double_moments,
                         &avx512::single_moments, &avx512::lattice_kernels, avx512::coulomb});
    if (has_avx2)
        found.push_back({&avx2::double_kernels, &avx2::single_kernels, &avx2::double_moments, &avx2::single_moments,
                         &avx2::lattice_kernels, avx2::coulomb});
#endif
    found.push_back({&generic::double_kernels, &generic::single_kernels, &generic::double_moments,
                     &generic::single_moments, &generic::lattice_kernels, generic::coulomb});
    return found;
}

Variant choose() {
    const std::vector<Variant> variants = runnable();
    const char* const wanted = std::getenv("NNPOT_INSTRUCTION_SET");
    if (wanted == nullptr || *wanted == '\0') return variants.front();
    std::string names;
    for (const Variant& variant : variants) {
        const std::string name = variant.in_double->name;
        if (name == wanted) return variant;
        names += names.empty() ? name : ", " + name;
    }
    throw InvalidInput(std::string("NNPOT_INSTRUCTION_SET: expected one of ") + names + ", got '" + wanted + "'");
}

const Variant& chosen() {
    static const Variant variant = choose();
    return variant;
}

}  // namespace

template <>
const Kernels<double>& best() {
    return *chosen().in_double;
}

template <>
const Kernels<float>& best() {
    return *chosen().in_single;
}

template <>
const MomentKernels<double>& best_moments() {
    return *chosen().moments_in_double;
}

template <>
const MomentKernels<float>& best_moments() {
    return *chosen().moments_in_single;
}

const LatticeKernels& best_lattice() { return *chosen().lattice; }

CoulombKernel best_coulomb() { return chosen().coulomb; }

}  // namespace nnpot::kernels
