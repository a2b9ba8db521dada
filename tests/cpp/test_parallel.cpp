#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "nnpot/parallel.hpp"

TEST_CASE("a parallel loop does each piece once, with any number of threads") {
    for (const unsigned threads : {0u, 1u, 3u, 64u}) {
        std::vector<int> done(101, 0);
        nnpot::parallel_for(done.size(), threads, [&](std::size_t i) { ++done[i]; });
        CHECK(done == std::vector<int>(101, 1));
    }
    nnpot::parallel_for(0, 4, [](std::size_t) { FAIL("there is nothing to do"); });
}

TEST_CASE("the first exception of a parallel loop is thrown on") {
    const auto fails = [](std::size_t i) {
        if (i == 57) throw std::runtime_error("57");
    };
    for (const unsigned threads : {1u, 4u}) CHECK_THROWS_WITH(nnpot::parallel_for(200, threads, fails), "57");
}
