#include <doctest/doctest.h>

#include "host_version.hpp"

namespace {

const nnpot::LammpsBuild wheel{20250722, 4, 4, 8, "MPICH"};

nnpot::LammpsBuild other(int version, int tagint_size, int bigint_size, const std::string& mpi) {
    return {version, 4, tagint_size, bigint_size, mpi};
}

}  // namespace

TEST_CASE("the plugin runs in the LAMMPS it was built for") {
    CHECK(nnpot::refusal(wheel, wheel).empty());
    CHECK(nnpot::refusal(other(20250722, 4, 8, "Intel(R) MPI Library 2021.9 for Linux* OS"), wheel).empty());
}

TEST_CASE("the plugin refuses another release of LAMMPS and names both") {
    for (const int version : {20240829, 20250723}) {
        const std::string reason = nnpot::refusal(other(version, 4, 8, "MPICH"), wheel);
        CHECK(reason.find("built for LAMMPS 20250722") != std::string::npos);
        CHECK(reason.find("this is LAMMPS " + std::to_string(version)) != std::string::npos);
        CHECK(reason.find('\n') == std::string::npos);
    }
}

TEST_CASE("the plugin refuses another update of the same release, where both are known") {
    const nnpot::LammpsBuild first{20250722, 1, 4, 8, "MPICH"}, unknown{20250722, -1, 4, 8, "MPICH"};
    const std::string reason = nnpot::refusal(first, wheel);
    CHECK(reason.find("built for LAMMPS 20250722 update 4, but this is LAMMPS 20250722 update 1;") !=
          std::string::npos);
    CHECK(nnpot::refusal(unknown, wheel).empty());
    CHECK(nnpot::refusal(wheel, unknown).empty());
}

TEST_CASE("the update of a release stands in the name of its sources") {
    CHECK(nnpot::update_of("stable_22Jul2025_update4") == 4);
    CHECK(nnpot::update_of("stable_22Jul2025_update12-3-g1234567-modified") == 12);
    CHECK(nnpot::update_of("stable_22Jul2025") == 0);
    CHECK(nnpot::update_of("patch_10Sep2025") == 0);
    CHECK(nnpot::update_of("(unknown)") == -1);
}

TEST_CASE("the plugin refuses a LAMMPS with integers of other sizes") {
    const std::string big = nnpot::refusal(other(20250722, 8, 8, "MPICH"), wheel);
    CHECK(big.find("integers of LAMMPS_SMALLBIG, but this LAMMPS has those of LAMMPS_BIGBIG") != std::string::npos);
    const std::string small = nnpot::refusal(other(20250722, 4, 4, "MPICH"), wheel);
    CHECK(small.find("this LAMMPS has those of LAMMPS_SMALLSMALL") != std::string::npos);
}

TEST_CASE("the plugin refuses a LAMMPS with another MPI") {
    const std::string open_mpi = "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4";
    const std::string reason = nnpot::refusal(other(20250722, 4, 8, open_mpi), wheel);
    CHECK(reason.find("a LAMMPS with MPICH, but this LAMMPS has Open MPI; build") != std::string::npos);
    CHECK(nnpot::refusal(wheel, other(20250722, 4, 8, open_mpi)).find("but this LAMMPS has MPICH") !=
          std::string::npos);
    CHECK(nnpot::mpi_family("LAMMPS MPI STUBS") == "LAMMPS's MPI stubs");
}
