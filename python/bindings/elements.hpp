#pragma once

#include <string>
#include <vector>

#include "nnpot/element.hpp"

namespace nnpot_python {

inline std::vector<std::string> symbols_of(const std::vector<int>& atomic_numbers) {
    std::vector<std::string> symbols;
    for (const int number : atomic_numbers) symbols.push_back(nnpot::element_symbol(number));
    return symbols;
}

inline std::vector<int> atomic_numbers_of(const std::vector<std::string>& symbols) {
    std::vector<int> atomic_numbers;
    for (const std::string& symbol : symbols) atomic_numbers.push_back(nnpot::atomic_number(symbol));
    return atomic_numbers;
}

}  // namespace nnpot_python
