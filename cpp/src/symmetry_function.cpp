#include "nnpot/symmetry_function.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

enum class Unit { none, length, per_length, per_length_squared };

/// A number on the line: where it is kept and in which unit.
struct Parameter {
    double SymmetryFunction::* member;
    Unit unit;
};

constexpr Parameter eta{&SymmetryFunction::eta, Unit::per_length_squared};
constexpr Parameter r_shift{&SymmetryFunction::r_shift, Unit::length};
constexpr Parameter kappa{&SymmetryFunction::kappa, Unit::per_length};
constexpr Parameter lambda{&SymmetryFunction::lambda, Unit::none};
constexpr Parameter zeta{&SymmetryFunction::zeta, Unit::none};
constexpr Parameter cutoff{&SymmetryFunction::cutoff, Unit::length};
constexpr Parameter r_low{&SymmetryFunction::r_low, Unit::length};
constexpr Parameter angle_low{&SymmetryFunction::angle_low, Unit::none};
constexpr Parameter angle_high{&SymmetryFunction::angle_high, Unit::none};

/// How the words after the type number are laid out.
struct Layout {
    int type;
    std::size_t n_neighbors;
    std::vector<Parameter> parameters;
    std::size_t n_optional;  ///< how many of the last parameters may be left out, being 0 then
    const char* usage;
};

const std::vector<Parameter> ends{r_low, cutoff, angle_low, angle_high};

const std::array<Layout, 13> layouts{{
    {1, 1, {cutoff}, 0, "center 1 neighbor r_c"},
    {2, 1, {eta, r_shift, cutoff}, 0, "center 2 neighbor eta r_shift r_c"},
    {3, 2, {eta, lambda, zeta, cutoff, r_shift}, 1, "center 3 neighbor neighbor eta lambda zeta r_c [r_shift]"},
    {4, 1, {kappa, cutoff}, 0, "center 4 neighbor kappa r_c"},
    {9, 2, {eta, lambda, zeta, cutoff, r_shift}, 1, "center 9 neighbor neighbor eta lambda zeta r_c [r_shift]"},
    {12, 0, {eta, r_shift, cutoff}, 0, "center 12 eta r_shift r_c"},
    {13, 0, {eta, r_shift, lambda, zeta, cutoff}, 0, "center 13 eta r_shift lambda zeta r_c"},
    {20, 1, {r_low, cutoff}, 0, "center 20 neighbor r_low r_c subtype"},
    {21, 2, ends, 0, "center 21 neighbor neighbor r_low r_c angle_low angle_high subtype"},
    {22, 2, ends, 0, "center 22 neighbor neighbor r_low r_c angle_low angle_high subtype"},
    {23, 0, {r_low, cutoff}, 0, "center 23 r_low r_c subtype"},
    {24, 0, ends, 0, "center 24 r_low r_c angle_low angle_high subtype"},
    {25, 0, ends, 0, "center 25 r_low r_c angle_low angle_high subtype"},
}};

const Layout& layout_of(const std::string& type) {
    const auto* const found = std::find_if(layouts.begin(), layouts.end(),
                                           [&](const Layout& layout) { return type == std::to_string(layout.type); });
    if (found != layouts.end()) return *found;
    throw InvalidInput("symmetry function type '" + type +
                       "' is not supported; supported are 1, 2, 3, 4, 9, 12, 13 and 20 to 25");
}

double factor_of(Unit unit, double length_unit) {
    switch (unit) {
        case Unit::length: return length_unit;
        case Unit::per_length: return 1.0 / length_unit;
        case Unit::per_length_squared: return 1.0 / (length_unit * length_unit);
        default: return 1.0;
    }
}

void require_count(const std::vector<std::string>& words, const Layout& layout, bool compact) {
    const std::size_t largest = 2 + layout.n_neighbors + layout.parameters.size() + (compact ? 1 : 0);
    if (words.size() <= largest && words.size() + layout.n_optional >= largest) return;
    throw InvalidInput(std::string("symmetry function: expected '") + layout.usage + "', got " +
                       std::to_string(words.size()) + " words");
}

/// Reads the numbers from word @p first on.
void read_parameters(const std::vector<std::string>& words, std::size_t first, const Layout& layout, double length_unit,
                     SymmetryFunction& function) {
    for (std::size_t i = 0; i < layout.parameters.size() && first + i < words.size(); ++i) {
        double value = 0.0;
        if (!read_number(words[first + i], value)) {
            throw InvalidInput("symmetry function: expected a number, got '" + words[first + i] + "'");
        }
        const auto [member, unit] = layout.parameters[i];
        function.*member = value * factor_of(unit, length_unit);
    }
}

void require_sensible_angles(const SymmetryFunction& f) {
    const std::string got = ", got " + to_text(f.angle_low) + " and " + to_text(f.angle_high);
    const double center = 0.5 * (f.angle_low + f.angle_high);
    if (f.angle_low >= f.angle_high || f.angle_high - f.angle_low > 360.0) {
        throw InvalidInput("symmetry function: angle_high must be above angle_low by at most 360 degrees" + got);
    }
    if ((f.angle_low < 0.0 && center != 0.0) || (f.angle_high > 180.0 && center != 180.0)) {
        throw InvalidInput(
            "symmetry function: angles below 0 or above 180 degrees must lie symmetric about that angle" + got);
    }
}

void require_sensible_subtype(const std::string& subtype) {
    constexpr std::array<const char*, 9> known{"e", "p1", "p1a", "p2", "p2a", "p3", "p3a", "p4", "p4a"};
    if (std::find(known.begin(), known.end(), subtype) != known.end()) return;
    throw InvalidInput("symmetry function: the subtype must be p1 to p4, p1a to p4a or e, got '" + subtype + "'");
}

void require_sensible(const SymmetryFunction& function) {
    if (function.cutoff <= 0.0) {
        throw InvalidInput("symmetry function: the cutoff must be > 0, got " + to_text(function.cutoff));
    }
    if (function.eta < 0.0) {
        throw InvalidInput("symmetry function: eta must be >= 0, got " + to_text(function.eta));
    }
    if (function.is_angular() && !function.is_compact() && function.zeta <= 0.0) {
        throw InvalidInput("symmetry function: zeta must be > 0, got " + to_text(function.zeta));
    }
    if (!function.is_compact()) return;
    if (function.r_low >= function.cutoff) {
        throw InvalidInput("symmetry function: r_low must be below r_c, got " + to_text(function.r_low) + " and " +
                           to_text(function.cutoff));
    }
    if (function.is_angular()) require_sensible_angles(function);
    require_sensible_subtype(function.subtype);
}

}  // namespace

SymmetryFunction parse_symmetry_function(const std::string& text, double length_unit) {
    const std::vector<std::string> words = split_words(text);
    if (words.size() < 2) throw InvalidInput("symmetry function: expected an element and a type number");
    const Layout& layout = layout_of(words[1]);
    SymmetryFunction function;
    function.type = layout.type;
    require_count(words, layout, function.is_compact());
    function.center = atomic_number(words[0]);
    if (layout.n_neighbors > 0) function.neighbor = atomic_number(words[2]);
    if (layout.n_neighbors > 1) {
        function.neighbor2 = atomic_number(words[3]);
        if (function.neighbor > function.neighbor2) std::swap(function.neighbor, function.neighbor2);
    }
    read_parameters(words, 2 + layout.n_neighbors, layout, length_unit, function);
    if (function.is_compact()) function.subtype = words.back();
    require_sensible(function);
    return function;
}

std::string to_text(const SymmetryFunction& function) {
    const Layout& layout = layout_of(std::to_string(function.type));
    std::string text = element_symbol(function.center) + " " + std::to_string(function.type);
    if (layout.n_neighbors > 0) text += " " + element_symbol(function.neighbor);
    if (layout.n_neighbors > 1) text += " " + element_symbol(function.neighbor2);
    const std::size_t n_mandatory = layout.parameters.size() - layout.n_optional;
    for (std::size_t i = 0; i < layout.parameters.size(); ++i) {
        const double value = function.*layout.parameters[i].member;
        if (i < n_mandatory || value != 0.0) text += " " + to_text(value);
    }
    return function.is_compact() ? text + " " + function.subtype : text;
}

bool comes_before(const SymmetryFunction& a, const SymmetryFunction& b) {
    if (a.type != b.type) return a.type < b.type;
    if (a.is_compact()) {
        const auto key = [](const SymmetryFunction& f) {
            return std::tie(f.subtype, f.neighbor, f.neighbor2, f.cutoff, f.r_low, f.angle_low, f.angle_high);
        };
        return key(a) < key(b);
    }
    const auto key = [](const SymmetryFunction& f) {
        return std::tie(f.cutoff, f.eta, f.r_shift, f.kappa, f.zeta, f.lambda, f.neighbor, f.neighbor2);
    };
    return key(a) < key(b);
}

}  // namespace nnpot
