#ifndef LMP_PAIR_NNP_H
#define LMP_PAIR_NNP_H

#include <memory>
#include <string>
#include <vector>

#include "coulomb_pairs.h"
#include "extrapolation_monitor.h"
#include "model_charges.h"
#include "model_loader.h"
#include "neighbor_adapter.hpp"
#include "nnpot/potential.hpp"
#include "pair.h"
#include "step_findings.h"
#include "type_masses.h"

namespace LAMMPS_NS {

// pair_style nnp [units metal|real|atomic] [precision double|mixed]
//                [extrapolation ignore|warn|dump|stop] [tolerance X] [every N] [frames N] [file F]
// pair_coeff * * MODEL_DIR [MODEL_DIR2 ...] El1 El2 ... | NULL
//
// Behler-Parrinello network potential. The arithmetic is that of nnpot::Potential, in eV and
// Angstrom; this class only translates between it and LAMMPS. Styles with another grammar derive
// from it and say where the model comes from.
// Several directories are a committee, whose mean drives the run. What its members say apart is
// gathered on the steps for which a compute nnp/uncertainty is announced.
// A model with charges needs kspace_style ewald or pppm, which computes what lies in reciprocal
// space with the splitting parameter and the charges of the model. What lies in real space has a
// neighbor list of its own, which names each pair once and reaches farther.

class PairNNP : public Pair {
 public:
  PairNNP(class LAMMPS *, const char *style = "nnp");
  ~PairNNP() override;

  void settings(int, char **) override;
  void coeff(int, char **) override;
  void init_style() override;
  void init_list(int, class NeighList *) override;
  double init_one(int, int) override;
  void *extract(const char *, int &) override;
  void compute(int, int) override;
  void finish() override;
#ifdef NNPOT_STAGE_TIMERS
  void setup() override;
#endif

  // for compute nnp/uncertainty
  std::size_t n_members() const { return potential ? potential->n_members() : 0; }
  double energy_unit() const { return host_energy; }
  StepFindings &step_findings() { return findings; }

 protected:
  const std::string style;    // the name in the input script
  double host_energy;         // eV per LAMMPS energy unit
  double cutoff;              // Angstrom, of the symmetry functions
  std::unique_ptr<nnpot::Potential> potential;
  nnpot::NeighborList neighbors;    // of one block of centers
  nnpot::Evaluation evaluation;
  StepFindings findings;

  void read_host_units();
  void forget_model();
  void set_model(const std::vector<std::string> &, const std::vector<std::string> &);
  virtual nnpot::Model read_files(const std::string &) const;
  virtual bool is_watching() const;      // for extrapolations, on all steps
  virtual void note_extrapolations();    // of one block
  virtual void end_findings();           // after the last block

 private:
  std::string model_units;    // of models that do not state their own; empty = not given
  nnpot::Precision precision;
  bool is_initialised;    // with this model: LAMMPS has been asked for neighbor lists
  bool is_set_up;         // past the evaluation before the first step, which is not timed
  std::vector<std::string> elements;      // symbol of each atom type (from 1), X for NULL
  std::vector<std::string> n2p2_words;    // of a pair_style in n2p2's grammar; empty otherwise
  TypeMasses masses;
  ExtrapolationMonitor monitor;
  ModelLoader models;
  std::unique_ptr<nnpot::NeighborAdapter> adapter;
  std::unique_ptr<ModelCharges> charges;    // of a model that has them
  std::unique_ptr<CoulombPairs> coulomb;    // of one that has a part in real space

  void set_option(const std::string &, const std::string &);
  void refuse_n2p2(const std::vector<std::string> &) const;
  void set_pairs();
  void set_charges();
  void require_model() const;
  void warn_of_twice() const;
  void evaluate_block(int, int);
  void fill_block(int, int);
  void add_coulomb();
  void note_findings();
  void tally_block();
  void tally_atoms();
};

}    // namespace LAMMPS_NS

#endif
