#pragma once

#include <functional>

#include "nnpot/potential.hpp"
#include "reference.hpp"

/// A whole potential, slow and readable, and what to compare on it.
namespace reference {

/// Activation function by its letter in `input.nn`.
double activation(char letter, double x);

/// A raw value as the network sees it (docs/formats.md, "scaling.data").
double scaled(const nnpot::Model& model, const nnpot::ScalingData& data, std::size_t function, double value);

/// Output of the network of one center.
double network_output(const nnpot::Model& model, const nnpot::NeighborList& list, std::size_t center);

/// Σ over the centers: output × energy_per_output + mean_energy + atom_energy, eV.
double energy(const nnpot::Model& model, const nnpot::NeighborList& list);

/// Sets min, max, mean and sigma to those of the values that the functions have over the centers of @p list.
void scale_to(nnpot::Model& model, const nnpot::NeighborList& list);

/// Water-like atoms in a triclinic cell.
nnpot::Structure water_like(unsigned seed);

/// Energy, forces (3 × n) and virial (xx yy zz xy xz yz) of a structure.
struct EnergyForcesVirial {
    double energy;
    arma::mat forces;
    arma::vec virial;
};
EnergyForcesVirial compute(nnpot::Potential& potential, const nnpot::Structure& structure);

/// Largest deviations from central differences of the energy, relative to the largest force and virial component.
struct GradientErrors {
    double forces, virial;
    double largest_force;  ///< eV/Å: with none, nothing was tested
};
using Compute = std::function<EnergyForcesVirial(const nnpot::Structure&)>;
GradientErrors gradient_errors(const Compute& compute, const nnpot::Structure& structure);
GradientErrors gradient_errors(nnpot::Potential& potential, const nnpot::Structure& structure);

}  // namespace reference
