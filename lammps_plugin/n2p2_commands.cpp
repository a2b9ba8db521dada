#include "n2p2_commands.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace nnpot {
namespace {

constexpr std::array<std::string_view, 8> keywords{"dir",     "emap",  "showew",   "showewsum",
                                                   "resetew", "maxew", "cflength", "cfenergy"};

bool is_keyword(const std::string &word)
{
  return std::find(keywords.begin(), keywords.end(), word) != keywords.end();
}

/// As the word has to be written in an input script.
std::string quoted(const std::string &word)
{
  return word.empty() || word.find_first_of(" \t#&") != std::string::npos ? '"' + word + '"' : word;
}

std::string without_blanks(std::string text)
{
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

}    // namespace

bool is_n2p2_style(const std::vector<std::string> &style_words)
{
  return !style_words.empty() && is_keyword(style_words.front());
}

std::vector<std::string> n2p2_elements(const std::string &map, int n_types)
{
  std::vector<std::string> elements(static_cast<std::size_t>(std::max(n_types, 0)), "NULL");
  const std::string text = without_blanks(map) + ",";
  for (std::size_t begin = 0, end = text.find(','); end != std::string::npos;
       begin = end + 1, end = text.find(',', begin)) {
    const std::string pair = text.substr(begin, end - begin);
    std::size_t type = 0;
    const auto [rest, failure] = std::from_chars(pair.data(), pair.data() + pair.size(), type);
    const auto colon = static_cast<std::size_t>(rest - pair.data());
    if (failure != std::errc() || pair.compare(colon, 1, ":") != 0 || colon + 1 == pair.size())
      return {};
    if (type < 1 || type > elements.size()) return {};
    elements[type - 1] = pair.substr(colon + 1);
  }
  return elements;
}

std::string n2p2_replacement(const std::vector<std::string> &style_words,
                             const std::vector<std::string> &coeff_words, int n_types)
{
  std::string directory = "nnp/", options;
  std::vector<std::string> elements;
  for (std::size_t n = 0; n + 1 < style_words.size(); n += 2) {
    const std::string &keyword = style_words[n], &value = style_words[n + 1];
    if (keyword == "dir") {
      directory = value;
    } else if (keyword == "emap") {
      elements = n2p2_elements(value, n_types);
    } else {
      options += " " + keyword + " " + quoted(value);
    }
  }
  std::string names;
  for (const std::string &element : elements) names += " " + element;
  if (names.empty())
    names = n_types == 1 ? " ELEMENT" : " ELEMENT1 ELEMENT2 ... (of each atom type, or NULL)";
  const std::string cutoff = coeff_words.size() == 1 ? coeff_words.front() : "CUTOFF";
  return "'pair_style hdnnp " + cutoff + " dir " + quoted(directory) + options +
         "' and 'pair_coeff * *" + names + "'";
}

}    // namespace nnpot
