#pragma once

#include <cstddef>
#include <functional>

namespace nnpot {

/// Calls @p work with 0 to n − 1, shared out to threads; the first exception that was thrown is thrown on.
/// @param n_threads  0 stands for all cores of the machine
void parallel_for(std::size_t n, unsigned n_threads, const std::function<void(std::size_t)>& work);

}  // namespace nnpot
