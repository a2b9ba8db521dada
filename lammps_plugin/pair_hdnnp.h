#ifndef LMP_PAIR_HDNNP_H
#define LMP_PAIR_HDNNP_H

#include "pair_nnp.h"

namespace LAMMPS_NS {

// pair_style hdnnp CUTOFF [dir D] [showew yes|no] [showewsum N] [resetew yes|no] [maxew N]
//                         [cflength X] [cfenergy X]
// pair_coeff * * El1 El2 ... | NULL
//
// PairNNP with the grammar and the extrapolation warnings of LAMMPS's package ML-HDNNP, so that
// inputs written for that package run as they are. Written from its documentation.

class PairHDNNP : public PairNNP {
 public:
  PairHDNNP(class LAMMPS *);

  void settings(int, char **) override;
  void coeff(int, char **) override;

 protected:
  nnpot::Model read_files(const std::string &) const override;
  bool is_watching() const override;
  void note_extrapolations() override;
  void end_findings() override;

 private:
  double given_cutoff;    // Angstrom
  std::string directory;
  bool showew, resetew;
  int showewsum, maxew;         // off where not > 0 or < 0, respectively
  double cflength, cfenergy;    // units of the model per unit of LAMMPS

  bigint n_step;        // warnings of this step, on this rank
  bigint n_total;       // those that count for maxew
  bigint n_summary;     // those since the last summary
  std::string lines;    // the warnings of this step in words

  void reset();
  void set_option(const std::string &, const std::string &);
  bool yes_or_no(const std::string &, const std::string &);
  int integer(const std::string &, const std::string &);
  double factor(const std::string &, const std::string &);
  void describe(const nnpot::Extrapolation &);
  void show_warnings();
  void show_summary();
};

}    // namespace LAMMPS_NS

#endif
