#pragma once

#include <array>
#include <cstddef>

#ifdef NNPOT_STAGE_TIMERS
#include <chrono>
#endif

namespace nnpot {

/// The parts of an evaluation, in their order.
enum class Stage {
    neighbors,
    environment,
    radial,
    triplet_list,
    angular_forward,
    network,
    angular_backward,
    forces,
    coulomb
};

constexpr std::array<const char*, 9> stage_names{"neighbors",        "environment",     "radial",
                                                 "triplet list",     "angular forward", "network",
                                                 "angular backward", "forces",          "coulomb"};

/// Seconds since the last reset by stage, all zero unless built with NNPOT_STAGE_TIMERS; for one thread.
std::array<double, stage_names.size()>& stage_seconds() noexcept;

/// Adds the time that it lives to a stage. Without NNPOT_STAGE_TIMERS, which is the normal case, it is nothing.
class StageTimer {
public:
#ifdef NNPOT_STAGE_TIMERS
    explicit StageTimer(Stage stage) noexcept : stage_(stage), begin_(Clock::now()) {}
    ~StageTimer() {
        const std::chrono::duration<double> passed = Clock::now() - begin_;
        stage_seconds()[static_cast<std::size_t>(stage_)] += passed.count();
    }
    StageTimer(const StageTimer&) = delete;
    StageTimer& operator=(const StageTimer&) = delete;

private:
    using Clock = std::chrono::steady_clock;
    Stage stage_;
    Clock::time_point begin_;
#else
    explicit StageTimer(Stage /*stage*/) noexcept {}
#endif
};

}  // namespace nnpot
