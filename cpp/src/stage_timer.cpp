#include "nnpot/stage_timer.hpp"

namespace nnpot {

std::array<double, stage_names.size()>& stage_seconds() noexcept {
    static std::array<double, stage_names.size()> seconds{};
    return seconds;
}

}  // namespace nnpot
