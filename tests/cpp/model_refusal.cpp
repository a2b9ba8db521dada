#include "model_refusal.hpp"

#include <doctest/doctest.h>

#include "nnpot/error.hpp"
#include "nnpot/model_directory.hpp"
#include "reference.hpp"

namespace model_refusal {

std::string refusal(const std::string& file, const std::function<std::string(std::string)>& change) {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(reference::random_model(1), directory.name());
    reference::write_text(directory.path() / file, change(reference::read_text(directory.path() / file)));
    try {
        (void)nnpot::read_model(directory.name());
    } catch (const nnpot::Error& error) {
        return error.what();
    }
    return "accepted";
}

std::string refusal(const std::string& file, const std::string& from, const std::string& to) {
    return refusal(file, [&](std::string text) { return replaced(std::move(text), from, to); });
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t position = text.find(from);
    REQUIRE(position != std::string::npos);
    return text.replace(position, from.size(), to);
}

std::string without_line_end(const std::string& text) { return text.substr(0, text.size() - 1); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace model_refusal
