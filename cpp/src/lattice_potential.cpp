#include "nnpot/lattice_potential.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "lattice_shapes.hpp"
#include "nnpot/error.hpp"

namespace nnpot {

namespace {

void require_positive(double value, const char* name) {
    if (std::isfinite(value) && value > 0.0) return;
    throw InvalidInput(std::string("lattice potential: ") + name + " must be finite and > 0, got " +
                       std::to_string(value));
}

}  // namespace

void require_valid(const LatticePotential& potential) {
    require_positive(potential.energy, "energy");
    require_positive(potential.distance, "distance");
    require_positive(potential.cutoff, "cutoff");
    require_positive(potential.exponent, "exponent");
}

bool acts_on_pairs(const LatticePotential& potential) { return potential.form == LatticeForm::modified_lennard_jones; }

double longest_side(const LatticePotential& potential) {
    if (potential.form != LatticeForm::modified_lennard_jones) return std::numeric_limits<double>::infinity();
    return 1.5 * potential.cutoff;
}

double pair_energy(const LatticePotential& potential, double s, double& slope) {
    slope = 0.0;
    if (!acts_on_pairs(potential)) return 0.0;
    if (potential.exponent == 6) return kernels::LennardJonesShape<6>(potential).of_length(s, slope);
    return kernels::LennardJonesShape<0>(potential).of_length(s, slope);
}

double triplet_energy(const LatticePotential& potential, double a, double b, double c, double slopes[3]) {
    const kernels::TripletTerm term = kernels::with_shape(potential, [&](const auto& shape) { return shape(a, b, c); });
    slopes[0] = term.a;
    slopes[1] = term.b;
    slopes[2] = term.c;
    return term.value;
}

}  // namespace nnpot
