#include "nnpot/coulomb_part.hpp"

#include "nnpot/ewald.hpp"

namespace nnpot {
namespace {

/// Of the factors in reciprocal space at its end: far below what a network errs.
constexpr double accuracy = 1e-12;

}  // namespace

CoulombPart coulomb_part(const Structure& structure, const LongRange& long_range) {
    const std::size_t n = structure.n_atoms();
    ChargeKinds charges{std::vector<unsigned>(n, 0), arma::vec(n), 1};
    for (std::size_t i = 0; i < n; ++i) charges.weights(i) = long_range.charge_of(structure.atomic_numbers[i]);
    EwaldSplit split = EwaldSplit::with_accuracy(long_range.alpha, accuracy);
    split.real_cutoff = long_range.real_cutoff;
    CoulombSums sums(n, 1);
    add_reciprocal_space(structure, charges, split, sums);
    add_self_term(structure, charges, split, sums);
    if (long_range.with_real_space) add_real_space(structure, charges, split, sums);
    return {sums.potentials.col(0), sums.fields.slice(0).t(), sums.virials.slice(0).t()};
}

}  // namespace nnpot
