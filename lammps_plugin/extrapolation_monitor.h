#ifndef LMP_EXTRAPOLATION_MONITOR_H
#define LMP_EXTRAPOLATION_MONITOR_H

#include <string>
#include <utility>
#include <vector>

#include "nnpot/neighbor_list.hpp"
#include "nnpot/potential.hpp"
#include "pointers.h"

namespace LAMMPS_NS {

// Watches which atoms leave the training data, and does what pair_style nnp was told to do then:
// nothing, a line every so many steps, also frames in a file, also stop.
// An atom counts where a symmetry function is farther outside of its range than a tolerance, in
// widths of the range.

class ExtrapolationMonitor : protected Pointers {
 public:
  ExtrapolationMonitor(class LAMMPS *, const std::string &style);

  void reset();    // to the defaults
  bool set_option(const std::string &keyword, const std::string &value);
  bool is_on() const { return action != Action::ignore; }

  // elements: symbol of each atom type (from 1); potential: names the functions
  void begin_step();
  void add_block(const nnpot::NeighborList &, const std::vector<nnpot::Extrapolation> &);
  void end_step(const nnpot::Potential &, const std::vector<std::string> &elements);
  void end_run(const nnpot::Potential &);

 private:
  enum class Action { ignore, warn, dump, stop };    // each does what those before it do
  struct Worst {
    double distance;
    bigint step;
    tagint tag;
    int atomic_number, function;    // from 0
    bool above;

    bool is_worse_than(const Worst &) const;
  };

  const std::string style;
  Action action;
  double tolerance;
  int every, max_frames;
  std::string file;

  std::vector<std::pair<int, double>> outside;    // of this step: local index, distance
  Worst worst;                                    // since the last line, on this rank
  bigint n_steps, most_atoms, most_step;          // since the last line
  bigint last_step, last_interval, last_frame_interval;
  int n_frames;

  void reset_period();
  void set_action(const std::string &);
  int positive(const std::string &, const std::string &) const;
  void count(bigint);
  void show(const nnpot::Potential &);
  std::string describe(const nnpot::Potential &) const;
  Worst worst_of_all() const;
  void write_frame(const std::vector<std::string> &);
};

}    // namespace LAMMPS_NS

#endif
