#include "nnpot/symmetry_function.hpp"

#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

/// How the words after the type number are laid out.
struct Layout {
    int type;
    std::size_t n_neighbors;
    std::size_t n_parameters;           ///< the mandatory ones, cutoff included
    std::size_t n_optional_parameters;  ///< r_shift of the angular functions
    const char* usage;
};

constexpr Layout layouts[] = {{1, 1, 1, 0, "center 1 neighbor r_c"},
                              {2, 1, 3, 0, "center 2 neighbor eta r_shift r_c"},
                              {3, 2, 4, 1, "center 3 neighbor neighbor eta lambda zeta r_c [r_shift]"},
                              {4, 1, 2, 0, "center 4 neighbor kappa r_c"},
                              {9, 2, 4, 1, "center 9 neighbor neighbor eta lambda zeta r_c [r_shift]"}};

const Layout& layout_of(const std::vector<std::string>& words) {
    if (words.size() < 2) throw InvalidInput("symmetry function: expected an element and a type number");
    for (const Layout& layout : layouts) {
        if (words[1] == std::to_string(layout.type)) return layout;
    }
    throw InvalidInput("symmetry function type '" + words[1] + "' is not supported; supported are 1, 2, 3, 4 and 9");
}

std::vector<double> read_parameters(const std::vector<std::string>& words, const Layout& layout) {
    const std::size_t first = 2 + layout.n_neighbors;
    const std::size_t n = words.size() < first ? 0 : words.size() - first;
    if (n < layout.n_parameters || n > layout.n_parameters + layout.n_optional_parameters) {
        throw InvalidInput(std::string("symmetry function: expected '") + layout.usage + "', got " +
                           std::to_string(words.size()) + " words");
    }
    std::vector<double> parameters(n);
    for (std::size_t i = 0; i < n; ++i) {
        if (!read_number(words[first + i], parameters[i])) {
            throw InvalidInput("symmetry function: expected a number, got '" + words[first + i] + "'");
        }
    }
    return parameters;
}

void assign_parameters(SymmetryFunction& function, const std::vector<double>& p, double length_unit) {
    const double per_square = 1.0 / (length_unit * length_unit);
    switch (function.type) {
        case 1: function.cutoff = p[0] * length_unit; return;
        case 2:
            function.eta = p[0] * per_square;
            function.r_shift = p[1] * length_unit;
            function.cutoff = p[2] * length_unit;
            return;
        case 4:
            function.kappa = p[0] / length_unit;
            function.cutoff = p[1] * length_unit;
            return;
        default:
            function.eta = p[0] * per_square;
            function.lambda = p[1];
            function.zeta = p[2];
            function.cutoff = p[3] * length_unit;
            function.r_shift = p.size() > 4 ? p[4] * length_unit : 0.0;
    }
}

void require_sensible(const SymmetryFunction& function) {
    if (function.cutoff <= 0.0) {
        throw InvalidInput("symmetry function: the cutoff must be > 0, got " + to_text(function.cutoff));
    }
    if (function.eta < 0.0) {
        throw InvalidInput("symmetry function: eta must be >= 0, got " + to_text(function.eta));
    }
    if (function.is_angular() && function.zeta <= 0.0) {
        throw InvalidInput("symmetry function: zeta must be > 0, got " + to_text(function.zeta));
    }
}

}  // namespace

SymmetryFunction parse_symmetry_function(const std::string& text, double length_unit) {
    const std::vector<std::string> words = split_words(text);
    const Layout& layout = layout_of(words);
    const std::vector<double> parameters = read_parameters(words, layout);
    SymmetryFunction function;
    function.type = layout.type;
    function.center = atomic_number(words[0]);
    function.neighbor = atomic_number(words[2]);
    if (layout.n_neighbors == 2) function.neighbor2 = atomic_number(words[3]);
    if (layout.n_neighbors == 2 && function.neighbor > function.neighbor2) {
        std::swap(function.neighbor, function.neighbor2);
    }
    assign_parameters(function, parameters, length_unit);
    require_sensible(function);
    return function;
}

std::string to_text(const SymmetryFunction& f) {
    std::string text = element_symbol(f.center) + " " + std::to_string(f.type) + " " + element_symbol(f.neighbor);
    const auto append = [&text](double value) { text += " " + to_text(value); };
    if (f.is_angular()) {
        text += " " + element_symbol(f.neighbor2);
        for (const double value : {f.eta, f.lambda, f.zeta, f.cutoff}) append(value);
        if (f.r_shift != 0.0) append(f.r_shift);
        return text;
    }
    if (f.type == 2) {
        append(f.eta);
        append(f.r_shift);
    } else if (f.type == 4) {
        append(f.kappa);
    }
    append(f.cutoff);
    return text;
}

bool comes_before(const SymmetryFunction& a, const SymmetryFunction& b) {
    const auto key = [](const SymmetryFunction& f) {
        return std::make_tuple(f.type, f.cutoff, f.eta, f.r_shift, f.kappa, f.zeta, f.lambda, f.neighbor, f.neighbor2);
    };
    return key(a) < key(b);
}

}  // namespace nnpot
