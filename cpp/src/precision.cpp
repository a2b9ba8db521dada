#include "nnpot/precision.hpp"

#include "nnpot/error.hpp"

namespace nnpot {

Precision precision_from_name(const std::string& name) {
    if (name == "double") return Precision::full;
    if (name == "mixed") return Precision::mixed;
    throw InvalidInput("precision: expected double or mixed, got '" + name + "'");
}

}  // namespace nnpot
