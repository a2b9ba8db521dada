#include "nnpot/angular_sums.hpp"

#include <cstdlib>
#include <string>

#include "nnpot/error.hpp"

namespace nnpot {

AngularSums wanted_angular_sums() {
    const char* const wanted = std::getenv("NNPOT_ANGULAR_SUMS");
    const std::string name = wanted == nullptr ? "" : wanted;
    if (name.empty() || name == "automatic") return AngularSums::automatic;
    if (name == "pairs") return AngularSums::pairs;
    if (name == "moments") return AngularSums::moments;
    throw InvalidInput("NNPOT_ANGULAR_SUMS: expected automatic, pairs or moments, got '" + name + "'");
}

}  // namespace nnpot
