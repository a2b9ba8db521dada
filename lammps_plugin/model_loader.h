#ifndef LMP_NNPOT_MODEL_LOADER_H
#define LMP_NNPOT_MODEL_LOADER_H

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nnpot/potential.hpp"
#include "pointers.h"

namespace LAMMPS_NS {

// Makes the potential of a pair style: the first rank reads the models, and all get what it has
// read. On some node there may be no such files, or other ones.

class ModelLoader : protected Pointers {
 public:
  using Reader = std::function<nnpot::Model(const std::string &directory)>;

  ModelLoader(class LAMMPS *, const std::string &style);

  // on all ranks; an error on any of them stops all
  std::unique_ptr<nnpot::Potential> load(const std::vector<std::string> &directories,
                                         const Reader &, nnpot::Precision);

  // names: the words of pair_coeff, an element or NULL for each type
  void map_types(const std::vector<std::string> &names, const nnpot::Potential &);
  const std::vector<int> &atomic_numbers() const { return numbers; }    // of each type, 0 for NULL

  // where another loader has loaded the same model for atoms of the same type
  void warn_if_shared(const ModelLoader &other) const;

 private:
  struct Source {
    std::string directory;
    std::size_t hash;    // of the model's bytes, on the first rank
  };

  const std::string style;
  std::vector<Source> sources;    // of the last load
  std::vector<int> numbers;       // of each atom type (from 1)

  std::string read(const std::vector<std::string> &, const Reader &, std::string &message);
  std::unique_ptr<nnpot::Potential> make(const std::string &bytes, const std::string &names,
                                         nnpot::Precision) const;
  std::string shared_directory(const ModelLoader &) const;
};

}    // namespace LAMMPS_NS

#endif
