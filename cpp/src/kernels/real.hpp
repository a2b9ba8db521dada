#pragma once

#ifndef NNPOT_VARIANT
#error "NNPOT_VARIANT must name the instruction set"
#endif

// The number type of this translation unit: cpp/CMakeLists.txt compiles the kernels once with each.
namespace nnpot::kernels {
namespace {

#ifdef NNPOT_SINGLE
using Real = float;
#else
using Real = double;
#endif

}  // namespace
}  // namespace nnpot::kernels
