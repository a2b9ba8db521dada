#ifndef LMP_PAIR_NNP_H
#define LMP_PAIR_NNP_H

#include <memory>
#include <string>
#include <vector>

#include "extrapolation_monitor.h"
#include "model_charges.h"
#include "neighbor_adapter.hpp"
#include "nnpot/potential.hpp"
#include "nnpot/real_space.hpp"
#include "pair.h"
#include "type_masses.h"
#include "uncertainty_tally.hpp"

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
  bool has_tally(bool with_members) const;    // of this step
  nnpot::UncertaintyTally &uncertainty() { return tally; }

 protected:
  const std::string style;    // the name in the input script
  double host_energy;         // eV per LAMMPS energy unit
  double cutoff;              // Angstrom, of the symmetry functions
  std::unique_ptr<nnpot::Potential> potential;
  nnpot::NeighborList neighbors;    // of one block of centers
  nnpot::Evaluation evaluation;
  std::vector<nnpot::Extrapolation> extrapolations;    // of that block

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
  std::vector<int> atomic_numbers;        // the same, 0 for NULL
  std::vector<std::string> n2p2_words;    // of a pair_style in n2p2's grammar; empty otherwise
  TypeMasses masses;
  ExtrapolationMonitor monitor;
  nnpot::Findings findings;                  // what is to be found at this step
  std::vector<nnpot::Evaluation> members;    // of one block of centers
  nnpot::UncertaintyTally tally;
  bigint tally_step;    // to which the tally belongs; -1: none
  bool tally_has_members;
  std::unique_ptr<nnpot::NeighborAdapter> adapter;
  std::unique_ptr<ModelCharges> charges;        // of a model that has them
  std::unique_ptr<nnpot::RealSpace> coulomb;    // of one that has a part in real space
  class NeighList *coulomb_list;                // half

  void set_option(const std::string &, const std::string &);
  void refuse_n2p2(int, char **) const;
  void read_models(const std::vector<std::string> &);
  void read_on_first_rank(const std::vector<std::string> &, std::string &, std::string &) const;
  void make_potential(const std::string &bytes, const std::string &names);
  std::vector<int> map_types(const std::vector<std::string> &, const std::string &);
  void set_pairs();
  void set_charges();
  void require_model() const;
  void request_lists();
  void evaluate_block(int, int);
  void fill_block(int, int);
  void add_coulomb();
  void begin_findings();
  void note_findings();
  void show_stages() const;
  void tally_block();
  void tally_atoms();
};

}    // namespace LAMMPS_NS

#endif
