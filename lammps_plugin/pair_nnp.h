#ifndef LMP_PAIR_NNP_H
#define LMP_PAIR_NNP_H

#include <memory>
#include <string>
#include <vector>

#include "model_charges.h"
#include "neighbor_adapter.hpp"
#include "nnpot/potential.hpp"
#include "pair.h"

namespace LAMMPS_NS {

// pair_style nnp [units metal|real|atomic] [precision double|mixed]
// pair_coeff * * MODEL_DIR El1 El2 ... | NULL
//
// Behler-Parrinello network potential. The arithmetic is that of nnpot::Potential, in eV and
// Angstrom; this class only translates between it and LAMMPS. Styles with another grammar derive
// from it and say where the model comes from.
// A model with charges needs kspace_style ewald or pppm, which computes what lies in reciprocal
// space with the splitting parameter and the charges of the model.

class PairNNP : public Pair {
 public:
  PairNNP(class LAMMPS *, const char *style = "nnp");
  ~PairNNP() override;

  void settings(int, char **) override;
  void coeff(int, char **) override;
  void init_style() override;
  double init_one(int, int) override;
  void *extract(const char *, int &) override;
  void compute(int, int) override;
#ifdef NNPOT_STAGE_TIMERS
  void setup() override;
  void finish() override;
#endif

 protected:
  const std::string style;    // the name in the input script
  double host_energy;         // eV per LAMMPS energy unit
  double cutoff;              // Angstrom, the largest of the model
  std::unique_ptr<nnpot::Potential> potential;
  nnpot::NeighborList neighbors;    // of one block of centers
  nnpot::Evaluation evaluation;

  void read_host_units();
  void set_model(const std::string &, const std::vector<std::string> &);
  virtual nnpot::Model read_files(const std::string &) const;
  virtual void evaluate();

 private:
  std::string model_units;    // of models that do not state their own; empty = not given
  nnpot::Precision precision;
  bool is_set_up;    // past the evaluation before the first step, which is not timed
  std::unique_ptr<nnpot::NeighborAdapter> adapter;
  std::unique_ptr<ModelCharges> charges;    // of a model that has them

  void set_option(const std::string &, const std::string &);
  void read_model(const std::string &);
  std::vector<int> map_types(const std::vector<std::string> &, const std::string &);
  void set_pairs(const std::vector<int> &);
  void set_charges(const std::vector<int> &);
  void evaluate_block(int, int);
  void fill_block(int, int);
  void tally_block();
  void tally_atoms();
};

}    // namespace LAMMPS_NS

#endif
