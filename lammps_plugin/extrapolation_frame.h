#ifndef LMP_EXTRAPOLATION_FRAME_H
#define LMP_EXTRAPOLATION_FRAME_H

#include <string>
#include <utility>
#include <vector>

namespace LAMMPS_NS {

// The structure as a frame of extended XYZ, atoms by ID, with the distance of each from the
// training data. No energies and forces: whoever reads the frame must not take them for labels.
// Every rank calls it, rank 0 gets the text.
// outside: local index and distance; elements: symbol of each atom type (from 1)
std::string extrapolation_frame(class LAMMPS *, const std::vector<std::pair<int, double>> &outside,
                                const std::vector<std::string> &elements);

}    // namespace LAMMPS_NS

#endif
