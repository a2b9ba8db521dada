#include "input_keywords.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "input_lines.hpp"
#include "text.hpp"
#include "unread_keywords.hpp"

namespace nnpot {
namespace {

constexpr std::size_t any = 1000000;

/// A keyword that is read.
struct Rule {
    const char* keyword;
    std::size_t fewest, most;  ///< words behind it
    bool repeats = false;
    bool holds_numbers = false;  ///< real ones, which nothing else in the files would contradict if they were cut
};

constexpr std::array<Rule, 25> rules{{{"number_of_elements", 1, 1},
                                      {"elements", 1, any},
                                      {"atom_energy", 2, 2, true, true},
                                      {"cutoff_type", 1, 2, false, true},
                                      {"symfunction_short", 1, any, true, true},
                                      {"scale_symmetry_functions", 0, 0},
                                      {"center_symmetry_functions", 0, 0},
                                      {"scale_symmetry_functions_sigma", 0, 0},
                                      {"scale_min_short", 1, 1, false, true},
                                      {"scale_max_short", 1, 1, false, true},
                                      {"global_hidden_layers_short", 1, 1},
                                      {"global_nodes_short", 1, any},
                                      {"global_activation_short", 1, any},
                                      {"element_hidden_layers_short", 2, 2, true},
                                      {"element_nodes_short", 2, any, true},
                                      {"element_activation_short", 2, any, true},
                                      {"normalize_nodes", 0, 0},
                                      {"mean_energy", 1, 1, false, true},
                                      {"conv_energy", 1, 1, false, true},
                                      {"conv_length", 1, 1, false, true},
                                      {"nnp_type", 1, 1},
                                      {"long_range", 1, any},
                                      {"ewald_alpha", 1, 1, false, true},
                                      {"ewald_real_cutoff", 1, 1, false, true},
                                      {"charge", 2, 2, true, true}}};

const Rule* rule_of(const std::string& keyword) {
    const auto* const found =
        std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return keyword == rule.keyword; });
    return found == rules.end() ? nullptr : found;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// How many letters have to be changed, left out or put in to come from one word to the other.
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row[b.size()];
}

/// The keyword that is read and looks most like this one, or is begun by it; empty without any.
std::string misspelt(const std::string& keyword) {
    constexpr std::size_t longest = 60;
    if (keyword.size() > longest) return "";
    const std::string word = lower(keyword);
    std::string nearest;
    std::size_t least = word.size() < 6 ? 2 : 3;
    for (const Rule& rule : rules) {
        const std::string name = rule.keyword;
        const bool begins = word.size() >= 6 && name.rfind(word, 0) == 0;
        const std::size_t d = begins ? 1 : distance(word, name);
        if (d >= least) continue;
        least = d;
        nearest = name;
    }
    return nearest;
}

/// Beginnings of the names that the programs give to parts of a potential, or might.
constexpr std::array families{"use_",   "global_", "element", "symfunction", "scale_",   "center_", "cutoff",
                              "ewald_", "charge",  "fixed_",  "electro",     "coulomb",  "long_",   "vdw",
                              "disp",   "pair",    "nn_",     "nnp_",        "network_", "screen",  "initial_h",
                              "atom_",  "conv_",   "mean_",   "hardness",    "remove_"};

void require_harmless(const KeywordFile& file, const WordLine& line) {
    const std::string& keyword = line.words[0];
    const std::string near = misspelt(keyword);
    if (!near.empty()) {
        file.fail(line, "keyword '" + keyword + "' is not known; is it '" + near + "'? Correct or remove it");
    }
    const std::string word = lower(keyword);
    for (const char* family : families) {
        if (word.rfind(family, 0) != 0) continue;
        file.fail(line, "keyword '" + keyword +
                            "' is not known and by its beginning may be part of the energy, so it "
                            "is not passed over; put # before it if the potential is whole without it");
    }
}

void require_words(const KeywordFile& file, const WordLine& line, const Rule& rule) {
    const std::size_t n = line.words.size() - 1;
    const std::string after = " after '" + line.words[0] + "'";
    if (n > rule.most && rule.most == 0) {
        file.fail(line, "expected nothing" + after + ", got '" + join(line.words, 1) +
                            "'; it holds where it stands: put # before a comment, or before the line to do without");
    }
    if (n > rule.most) {
        file.fail(line, "expected " + std::to_string(rule.most) + (rule.most == 1 ? " word" : " words") + after +
                            ", got '" + join(line.words, 1) + "'; put # before a comment");
    }
    if (n >= rule.fewest) return;
    file.fail(line, (rule.fewest == 2 ? "expected an element and a value" : "expected a value") + after);
}

void require_once(const KeywordFile& file, const WordLine& line) {
    const WordLine& first = *file.find(line.words[0]);
    if (first.number == line.number) return;
    file.fail(line, "keyword '" + line.words[0] + "' stands in line " + std::to_string(first.number) +
                        " already; keep one of the two");
}

/// RuNNer adds energies of atoms only where it is told to, n2p2 always.
void warn_of_atom_energies(const KeywordFile& file, std::vector<std::string>& warnings) {
    const WordLine* const energy = file.find("atom_energy");
    if (energy == nullptr || file.has("remove_atom_energies")) return;
    for (const char* keyword : {"runner_mode", "nn_type_short", "use_short_nn"}) {
        if (!file.has(keyword)) continue;
        warnings.push_back(file.path().string() + ":" + std::to_string(energy->number) +
                           ": atom_energy is added, as by n2p2; RuNNer would need remove_atom_energies for it");
        return;
    }
}

}  // namespace

std::vector<std::string> check_keywords(const KeywordFile& file) {
    std::vector<std::string> warnings;
    for (const WordLine& line : file.lines()) {
        const std::string& keyword = line.words[0];
        if (const Rule* const rule = rule_of(keyword)) {
            require_words(file, line, *rule);
            if (!rule->repeats) require_once(file, line);
            continue;
        }
        const std::string reason = reason_not_to_read(line.words);
        if (!reason.empty()) file.fail(line, "'" + keyword + "' " + reason);
        if (is_passed_over(keyword)) continue;
        require_harmless(file, line);
        warnings.push_back(file.path().string() + ":" + std::to_string(line.number) + ": keyword '" +
                           printable(keyword.substr(0, 100)) + "' is not known and was ignored");
    }
    warn_of_atom_energies(file, warnings);
    return warnings;
}

void require_whole_end(const KeywordFile& file) {
    if (!file.file().is_open) return;
    const WordLine& last = file.lines().back();
    const std::string& keyword = last.words[0];
    const Rule* const rule = rule_of(keyword);
    const bool may_go_on = rule == nullptr ? !is_passed_over(keyword) : keyword == "scale_symmetry_functions";
    if (may_go_on) fail_as_cut(file.file());
    if (rule == nullptr || !rule->holds_numbers) return;
    require_whole_last_line(file.file(), [&](const WordLine& other) {
        if (other.words[0] != keyword) return false;
        if (keyword != "symfunction_short") return true;
        return other.words.size() > 2 && last.words.size() > 2 && other.words[2] == last.words[2];
    });
}

}  // namespace nnpot
