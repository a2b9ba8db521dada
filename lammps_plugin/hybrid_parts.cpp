#include "hybrid_parts.h"

#include "force.h"
#include "pair.h"

using namespace LAMMPS_NS;

std::vector<Pair *> LAMMPS_NS::pair_styles_with(const std::string &word, Force *force)
{
  std::vector<Pair *> found;
  for (int n = 1; Pair *const match = force->pair_match(word, 0, n); n++) {
    if (!found.empty() && match == found.back()) break;    // no more of them
    found.push_back(match);
  }
  return found;
}
