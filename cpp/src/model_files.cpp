#include "model_files.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>

#include "keyword_file.hpp"
#include "nnpot/element.hpp"
#include "text.hpp"

namespace nnpot {
namespace {

std::vector<std::string> sorted_names(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool begins_with(const std::string& name, const std::string& beginning) { return name.rfind(beginning, 0) == 0; }

/// The numbers in `BEGIN.001.data` or `BEGIN.001.008.data`; none if the name is another.
std::vector<int> numbers_in(const std::string& name, const std::string& begin) {
    const std::string end = ".data";
    if (!begins_with(name, begin) || name.size() < begin.size() + end.size()) return {};
    if (name.compare(name.size() - end.size(), end.size(), end) != 0) return {};
    const std::string middle = name.substr(begin.size(), name.size() - begin.size() - end.size());
    std::vector<int> numbers;
    for (std::size_t i = 0; i < middle.size(); i += 4) {
        long number = 0;
        if (middle[i] != '.' || !read_integer(middle.substr(i + 1, 3), number) || middle.size() < i + 4) return {};
        numbers.push_back(static_cast<int>(number));
    }
    return numbers;
}

void require_no_charges(const std::filesystem::path& directory, const std::string& name) {
    if (name != "scalinge.data" && numbers_in(name, "weightse").empty() && numbers_in(name, "hardness").empty()) return;
    throw_file_error(directory / name, 0,
                     "belongs to a potential with charges from networks (RuNNer's and n2p2's third and fourth "
                     "generation), which are part of its energy and not read; move it away if the short-range "
                     "networks alone are meant");
}

}  // namespace

std::string weights_file_name(int atomic_number) { return formatted("weights.%03d.data", atomic_number); }

std::vector<std::string> check_other_files(const std::filesystem::path& directory, const Model& model) {
    std::vector<std::string> warnings;
    for (const std::string& name : sorted_names(directory)) {
        require_no_charges(directory, name);
        const std::vector<int> numbers = numbers_in(name, "weights");
        if (numbers.size() > 1) {
            throw_file_error(directory / name, 0,
                             "belongs to networks of pairs of atoms (RuNNer's nn_type_short 2), which are not read; "
                             "move it away if networks of atoms alone are meant");
        }
        const bool known = numbers.empty() ||
                           std::any_of(model.elements.begin(), model.elements.end(), [&](const ElementModel& element) {
                               return element.atomic_number == numbers[0];
                           });
        if (known) continue;
        warnings.push_back((directory / name).string() + ": element number " + std::to_string(numbers[0]) +
                           " is not among the elements of input.nn, so the file is not used");
    }
    return warnings;
}

}  // namespace nnpot
