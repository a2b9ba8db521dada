#include <doctest/doctest.h>

#include "n2p2_commands.hpp"

using Words = std::vector<std::string>;

TEST_CASE("n2p2's pair style is known by its first keyword") {
    CHECK(nnpot::is_n2p2_style({"dir", "nnp-data/"}));
    CHECK(nnpot::is_n2p2_style({"showew", "no", "dir", "x"}));
    CHECK(!nnpot::is_n2p2_style({"units", "metal"}));
    CHECK(!nnpot::is_n2p2_style({"file", "dir"}));
    CHECK(!nnpot::is_n2p2_style({}));
}

TEST_CASE("n2p2's map of types names an element for each type") {
    CHECK(nnpot::n2p2_elements("1:S,2:Cu", 2) == Words{"S", "Cu"});
    CHECK(nnpot::n2p2_elements("2:Cu, 1:S", 3) == Words{"S", "Cu", "NULL"});
    for (const char* map : {"", "1", "1:", "S,Cu", "0:S", "3:S", "1:S,", "1;S", "99999999999999999999:S", ":"}) {
        CAPTURE(map);
        CHECK(nnpot::n2p2_elements(map, 2).empty());
    }
}

TEST_CASE("n2p2's commands are said in hdnnp's grammar") {
    CHECK(nnpot::n2p2_replacement({"dir", "nnp-data/", "showew", "no", "emap", "1:S,2:Cu", "cflength", "1.8897261328"},
                                  {"6.01"}, 2) ==
          "'pair_style hdnnp 6.01 dir nnp-data/ showew no cflength 1.8897261328' and 'pair_coeff * * S Cu'");
    CHECK(nnpot::n2p2_replacement({"dir", "my model"}, {}, 1) ==
          "'pair_style hdnnp CUTOFF dir \"my model\"' and 'pair_coeff * * ELEMENT'");
}
