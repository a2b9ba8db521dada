#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <thread>

namespace nnpot_python {

/// The GIL is free while this lives.
///
/// A daemon thread that asks for the GIL while the interpreter ends is ended by Python (before 3.14) through an
/// unwinding of its stack, which no C++ destructor lets pass: the process would abort. Here such a thread waits for the
/// end of the process instead, as it does since Python 3.14.
class ReleasedGil {
public:
    ReleasedGil() : thread_(PyEval_SaveThread()) {}
    ~ReleasedGil() {
        try {
            PyEval_RestoreThread(thread_);
        } catch (...) {
            for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
        }
    }
    ReleasedGil(const ReleasedGil&) = delete;
    ReleasedGil& operator=(const ReleasedGil&) = delete;

private:
    PyThreadState* thread_;
};

/// What @p compute returns; Python's other threads run meanwhile.
template <typename Compute>
auto without_gil(const Compute& compute) {
    const ReleasedGil released;
    return compute();
}

}  // namespace nnpot_python
