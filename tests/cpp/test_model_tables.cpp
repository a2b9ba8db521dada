#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

#include "model_refusal.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/model_directory.hpp"
#include "reference.hpp"

using model_refusal::contains;
using model_refusal::refusal;
using model_refusal::replaced;
using model_refusal::without_line_end;
using reference::read_text;
using reference::write_text;

namespace {

/// Swaps the two lines that begin at the given one (counted from 0).
std::string with_swapped_lines(const std::string& text, int line) {
    std::size_t begin = 0;
    for (int i = 0; i < line; ++i) begin = text.find('\n', begin) + 1;
    const std::size_t middle = text.find('\n', begin) + 1, end = text.find('\n', middle) + 1;
    return text.substr(0, begin) + text.substr(middle, end - middle) + text.substr(begin, middle - begin) +
           text.substr(end);
}

}  // namespace

TEST_CASE("damaged weights are refused with the expected count") {
    const auto cut = refusal("weights.008.data", [](std::string text) { return text.substr(0, text.size() - 400); });
    CHECK(contains(cut, "weights.008.data: expected 116 values (9→7→5→1), got 11"));
    const auto typo = refusal("weights.001.data", [](std::string text) { return replaced(text, "E-01", "E-O1"); });
    CHECK(contains(typo, "weights.001.data:"));
    CHECK(contains(typo, "expected a number"));
    CHECK(contains(refusal("weights.001.data", [](std::string text) { return replaced(text, "E-01", "E+999"); }),
                   "expected a number"));
}

TEST_CASE("swapped or missing scaling rows are refused by line") {
    const auto swapped = refusal("scaling.data", [](const std::string& text) { return with_swapped_lines(text, 3); });
    CHECK(contains(swapped, "scaling.data:4: expected element 1 function 3, got 1 and 4"));
    const auto missing = refusal(
        "scaling.data", [](const std::string& text) { return text.substr(0, text.rfind('\n', text.size() - 2) + 1); });
    CHECK(contains(missing, "expected 18 rows"));
    CHECK(contains(missing, "got 17"));
}

TEST_CASE("files that stop within their last number are refused") {
    for (const std::string file : {"scaling.data", "weights.008.data"}) {
        const std::string cut = refusal(file, [](std::string text) {
            while (text.substr(text.size() - 2) != "E-" && text.substr(text.size() - 2) != "E+") text.pop_back();
            return text + "0";  // a number, but not the one that was written
        });
        CHECK(contains(cut, "the last line has no line end"));
        const auto mantissa_only = refusal(file, [](std::string text) {
            while (text.back() != 'E') text.pop_back();
            return text.substr(0, text.size() - 1);
        });
        CHECK(contains(mantissa_only, "the last line has no line end"));
        const auto whole = [](const std::string& text) { return text.substr(0, text.size() - 1); };
        CHECK(refusal(file, whole) == "accepted");
    }
}

TEST_CASE("rows of weights whose columns contradict their place are refused by line") {
    const auto swapped =
        refusal("weights.008.data", [](const std::string& text) { return with_swapped_lines(text, 3); });
    CHECK(contains(swapped, "weights.008.data:4: expected 'a 3 0 1 1 3' behind the value, got 'a 4 0 1 1 4'"));
    const auto bias = refusal("weights.008.data", "b        64     1     1", "b        64     1     2");
    CHECK(contains(bias, "expected 'b 64 1 1' behind the value, got 'b 64 1 2'"));
    CHECK(
        contains(refusal("weights.008.data", "a         5     0     1     1     5", "a 5 0 1 1 5 7"), "expected 'a 5"));
    CHECK(contains(refusal("weights.008.data", "a         5     0     1     1     5", ""), "expected 'a 5"));
    CHECK(contains(refusal("weights.008.data", "a         5     0     1     1     5", "b 5 0 1 1 5"), "expected 'a 5"));
}

TEST_CASE("weights with the value alone are read, and refused where something stands behind one of them") {
    const auto values_alone = [](const std::string& text) {
        std::string values;
        std::istringstream rows(text);
        for (std::string line; std::getline(rows, line);) {
            if (line[0] != '#') values += line.substr(0, line.find_first_of("ab")) + "\n";
        }
        return values;
    };
    CHECK(refusal("weights.008.data", values_alone) == "accepted");
    CHECK(refusal("weights.008.data", [&](const std::string& text) {
              return without_line_end(without_line_end(values_alone(text)));
          }) == "accepted");
    const auto cut = refusal("weights.008.data", [&](const std::string& text) {
        const std::string values = values_alone(text);
        return values.substr(0, values.size() - 3);
    });
    CHECK(contains(cut, "the last line has no line end"));
    CHECK(contains(refusal("weights.008.data", [&](const std::string& text) { return values_alone(text) + "! end\n"; }),
                   "accepted"));
    const auto surplus = refusal("weights.008.data", [&](const std::string& text) {
        const std::string values = values_alone(text);
        return values.substr(0, values.size() - 2) + " 7\n";
    });
    CHECK(contains(surplus, "weights.008.data:116: expected a value alone"));
}

TEST_CASE("damaged scaling data are refused by line") {
    const auto first_row = [](const std::string& row) {
        return refusal("scaling.data", [&](const std::string& text) {
            const std::size_t begin = text.find('\n') + 1;
            return text.substr(0, begin) + row + text.substr(text.find('\n', begin));
        });
    };
    CHECK(first_row("1 1 0D0 0.2d1 1.0 0.5 # a comment") == "accepted");
    CHECK(contains(first_row("1 1 2 1 1.5 0.5"), "scaling.data:2: the min 2 is larger than the max 1"));
    CHECK(contains(first_row("1 1 0 2 1 -0.5"), "scaling.data:2: sigma must not be negative, got -0.5"));
    CHECK(contains(first_row("1 1 0 2 3 0.5"), "scaling.data:2: the mean 3 is not between"));
    CHECK(contains(first_row("1 1 0 nan 1 0.5"), "scaling.data:2: expected a number, got 'nan'"));
    CHECK(contains(first_row("1 1 0 2 1 0.5\n1 1 0 2 1 0.5"), "expected 18 rows"));
    CHECK(contains(first_row("1 1 0 2 1"), "scaling.data:3: expected 'element function min max mean sigma'"));
    CHECK(contains(first_row("1 1 0 2 1 0.5 0.5"), "got 7 columns"));
}
