#include "nnpot/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace nnpot {

namespace {

/// What one thread does: takes pieces until there are none, or until one of them failed.
class Crew {
public:
    Crew(std::size_t n, const std::function<void(std::size_t)>& work) : n_(n), work_(work) {}

    void run() {
        try {
            for (std::size_t first = next_.fetch_add(chunk); first < n_; first = next_.fetch_add(chunk)) {
                for (std::size_t i = first; i < std::min(first + chunk, n_); ++i) work_(i);
            }
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (!failure_) failure_ = std::current_exception();
            next_ = n_;
        }
    }

    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    static constexpr std::size_t chunk = 8;
    std::size_t n_;
    const std::function<void(std::size_t)>& work_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::exception_ptr failure_;
};

}  // namespace

void parallel_for(std::size_t n, unsigned n_threads, const std::function<void(std::size_t)>& work) {
    if (n_threads == 0) n_threads = std::max(1u, std::thread::hardware_concurrency());
    Crew crew(n, work);
    std::vector<std::thread> helpers;
    for (std::size_t i = 1; i < std::min<std::size_t>(n_threads, n); ++i) helpers.emplace_back([&crew] { crew.run(); });
    crew.run();
    for (std::thread& helper : helpers) helper.join();
    crew.rethrow();
}

}  // namespace nnpot
