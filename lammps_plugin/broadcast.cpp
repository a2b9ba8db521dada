#include "broadcast.h"

#include <algorithm>

using namespace LAMMPS_NS;

// MPI counts in int
static constexpr std::size_t LARGEST_PIECE = 1 << 30;

void LAMMPS_NS::broadcast(std::string &text, MPI_Comm world)
{
  unsigned long long size = text.size();
  MPI_Bcast(&size, 1, MPI_UNSIGNED_LONG_LONG, 0, world);
  text.resize(size);
  for (std::size_t start = 0; start < size; start += LARGEST_PIECE) {
    const auto piece = static_cast<int>(std::min(LARGEST_PIECE, text.size() - start));
    MPI_Bcast(text.data() + start, piece, MPI_CHAR, 0, world);
  }
}
