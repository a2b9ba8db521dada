#ifndef LMP_COMPUTE_NNP_UNCERTAINTY_H
#define LMP_COMPUTE_NNP_UNCERTAINTY_H

#include <string>
#include <vector>

#include "compute.h"
#include "step_findings.h"

namespace LAMMPS_NS {

// compute ID group-ID nnp/uncertainty [force_spread] [energy_spread] [grade]
//
// How far the atoms of the running pair_style nnp can be trusted. Per-atom: a column for each
// quantity that is named; none named: all three. Global vector: maximum and mean over the group of
// each column. Global scalar, with energy_spread: the spread of the total energy.
// The pair style gathers what is needed on the steps for which the compute is announced, as LAMMPS
// does for pe/atom.

class ComputeNNPUncertainty : public Compute, public TallyReader {
 public:
  ComputeNNPUncertainty(class LAMMPS *, int, char **);
  ~ComputeNNPUncertainty() override;

  void init() override;
  double compute_scalar() override;
  void compute_vector() override;
  void compute_peratom() override;
  int pack_reverse_comm(int, int, double *) override;
  void unpack_reverse_comm(int, int *, double *) override;
  double memory_usage() override;

  bool needs_members() const override;

 private:
  enum class Quantity { force_spread, energy_spread, grade };
  std::vector<Quantity> quantities;    // a column each
  class PairNNP *pair;
  int nmax;

  static Quantity quantity(class LAMMPS *, const std::string &);
  bool has(Quantity) const;
  class PairNNP *find_pair() const;
  void require_tally() const;
  std::vector<double> column(Quantity) const;
  void make_room();
  void send_ghost_forces_home();
  double value(int, std::size_t) const;
};

}    // namespace LAMMPS_NS

#endif
