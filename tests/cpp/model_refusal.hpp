#pragma once

#include <functional>
#include <string>

/// What tests of model files share.
namespace model_refusal {

/// The message with which a model is refused after one of its files was changed; "accepted" if it is not.
std::string refusal(const std::string& file, const std::function<std::string(std::string)>& change);

/// The same after a part of the file was replaced.
std::string refusal(const std::string& file, const std::string& from, const std::string& to);

/// The text with the first @p from replaced; fails where there is none.
std::string replaced(std::string text, const std::string& from, const std::string& to);

/// The text without its last line end.
std::string without_line_end(const std::string& text);

bool contains(const std::string& text, const std::string& part);

}  // namespace model_refusal
