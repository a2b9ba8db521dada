#ifndef LMP_NNPOT_STEP_FINDINGS_H
#define LMP_NNPOT_STEP_FINDINGS_H

#include <vector>

#include "lmptype.h"
#include "nnpot/potential.hpp"
#include "pointers.h"
#include "uncertainty_tally.hpp"

namespace LAMMPS_NS {

// A compute that reads the tally, on the steps for which it is announced.

class TallyReader {
 public:
  // what the members of a committee say, not grades alone
  virtual bool needs_members() const = 0;

 protected:
  ~TallyReader() = default;
};

// What a pair style finds at a step beside energies and forces: values outside of the training
// data, and, for the computes that are announced for the step, a tally.

class StepFindings : protected Pointers {
 public:
  explicit StepFindings(class LAMMPS *);

  void begin(std::size_t n_members, bool is_watching);    // watching: for extrapolations
  void add_block(const nnpot::NeighborList &);
  const nnpot::Findings &wanted() const { return findings; }    // what the engine is to find
  const std::vector<nnpot::Extrapolation> &extrapolations() const { return outside; }

  bool has_tally(bool with_members) const;    // of this step
  nnpot::UncertaintyTally &tally() { return gathered; }

 private:
  nnpot::Findings findings;
  std::vector<nnpot::Extrapolation> outside;    // of one block of centers
  std::vector<nnpot::Evaluation> members;       // of that block
  nnpot::UncertaintyTally gathered;
  bigint tally_step;    // to which the tally belongs; -1: none
  bool tally_has_members;
};

}    // namespace LAMMPS_NS

#endif
