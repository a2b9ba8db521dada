#include <doctest/doctest.h>

#include "host_version.hpp"

TEST_CASE("the plugin runs in the LAMMPS it was built for") {
    CHECK(nnpot::refusal({20250722, 4}, {20250722, 4}).empty());
}

TEST_CASE("the plugin refuses another release of LAMMPS and names both") {
    for (const int other : {20240829, 20250723}) {
        const std::string reason = nnpot::refusal({other, 4}, {20250722, 4});
        CHECK(reason.find("built for LAMMPS 20250722") != std::string::npos);
        CHECK(reason.find("this is LAMMPS " + std::to_string(other)) != std::string::npos);
        CHECK(reason.find('\n') == std::string::npos);
    }
}

TEST_CASE("the plugin refuses a LAMMPS with atom IDs of another size") {
    const std::string reason = nnpot::refusal({20250722, 8}, {20250722, 4});
    CHECK(reason.find("atom IDs of 4 bytes") != std::string::npos);
    CHECK(reason.find("LAMMPS_SMALLBIG") != std::string::npos);
}
