#ifndef LMP_PAIR_NNP_H
#define LMP_PAIR_NNP_H

#include <memory>
#include <string>
#include <vector>

#include "neighbor_adapter.hpp"
#include "nnpot/potential.hpp"
#include "pair.h"

namespace LAMMPS_NS {

// pair_style nnp [units metal|real|atomic]
// pair_coeff * * MODEL_DIR El1 El2 ... | NULL
//
// Behler-Parrinello network potential. The arithmetic is that of nnpot::Potential, in eV and
// Angstrom; this class only translates between it and LAMMPS.

class PairNNP : public Pair {
 public:
  PairNNP(class LAMMPS *);
  ~PairNNP() override;

  void settings(int, char **) override;
  void coeff(int, char **) override;
  void init_style() override;
  double init_one(int, int) override;
  void compute(int, int) override;

 private:
  std::string model_units;    // of models that do not state their own; empty = not given
  double energy_factor;       // LAMMPS energy unit per eV
  double cutoff;              // Angstrom, the largest of the model
  std::unique_ptr<nnpot::Potential> potential;
  std::unique_ptr<nnpot::NeighborAdapter> adapter;
  nnpot::NeighborList neighbors;    // of one block of centers
  nnpot::Evaluation evaluation;

  void read_model(const char *);
  std::vector<int> map_types(int, char **, const std::string &);
  void set_pairs(const std::vector<int> &);
  void evaluate_block(int, int);
  void tally_block();
  void tally_atoms();
};

}    // namespace LAMMPS_NS

#endif
