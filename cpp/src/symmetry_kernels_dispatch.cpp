#include <cstdlib>
#include <string>
#include <vector>

#include "nnpot/error.hpp"
#include "symmetry_kernels.hpp"

namespace nnpot::kernels {

namespace generic {
extern const Kernels kernels;
}
#ifdef NNPOT_X86_VARIANTS
namespace avx2 {
extern const Kernels kernels;
}
namespace avx512 {
extern const Kernels kernels;
}
#endif

namespace {

/// The variants that this processor runs, fastest first.
std::vector<const Kernels*> runnable() {
    std::vector<const Kernels*> found;
#ifdef NNPOT_X86_VARIANTS
    __builtin_cpu_init();
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                            __builtin_cpu_supports("avx512cd");
    if (has_avx2 && has_avx512) found.push_back(&avx512::kernels);
    if (has_avx2) found.push_back(&avx2::kernels);
#endif
    found.push_back(&generic::kernels);
    return found;
}

const Kernels& choose() {
    const std::vector<const Kernels*> variants = runnable();
    const char* const wanted = std::getenv("NNPOT_INSTRUCTION_SET");
    if (wanted == nullptr || *wanted == '\0') return *variants.front();
    std::string names;
    for (const Kernels* variant : variants) {
        if (variant->name == std::string(wanted)) return *variant;
        names += names.empty() ? variant->name : std::string(", ") + variant->name;
    }
    throw InvalidInput(std::string("NNPOT_INSTRUCTION_SET: expected one of ") + names + ", got '" + wanted + "'");
}

}  // namespace

const Kernels& best() {
    static const Kernels& chosen = choose();
    return chosen;
}

}  // namespace nnpot::kernels
