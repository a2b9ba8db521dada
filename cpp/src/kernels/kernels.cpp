// Compiled once per instruction set and precision (cpp/CMakeLists.txt), NNPOT_VARIANT is set to its name.
#include "adjoint.hpp"
#include "dense.hpp"
#include "tangent.hpp"

#define NNPOT_TEXT_OF(name) #name
#define NNPOT_TEXT(name) NNPOT_TEXT_OF(name)

#ifdef NNPOT_SINGLE
#define NNPOT_TABLE single_kernels
#else
#define NNPOT_TABLE double_kernels
#endif

namespace nnpot::kernels::NNPOT_VARIANT {

extern const Kernels<Real> NNPOT_TABLE;
const Kernels<Real> NNPOT_TABLE{NNPOT_TEXT(NNPOT_VARIANT),
                                width,
                                fill_shell,
                                radial_forward,
                                radial_backward,
                                list_triplets,
                                scratch_size,
                                angular_forward,
                                angular_backward,
                                fill_tangent,
                                radial_tangent,
                                angular_tangent,
                                multiply,
                                activate};

}  // namespace nnpot::kernels::NNPOT_VARIANT
