#pragma once

#include <mutex>

#include "nnpot/verlet_list.hpp"

namespace nnpot_python {

/// A VerletList that any thread of Python may use.
struct SharedVerletList {
    explicit SharedVerletList(double skin) : list(skin) {}
    nnpot::VerletList list;
    std::mutex in_use;
};

}  // namespace nnpot_python
