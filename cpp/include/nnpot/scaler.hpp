#pragma once

#include <armadillo>
#include <string>

namespace nnpot {

/// How raw values of the symmetry functions become network inputs (flags of `input.nn`, docs/formats.md).
enum class ScalingMode { none, scale, center, scale_center, sigma };

/// The mode of that name.  @throws InvalidInput
ScalingMode scaling_mode_from_name(const std::string& name);

/// Statistics of the raw values over the training set, one row per function.
struct ScalingData {
    arma::vec min, max, mean, sigma;
};

/// input = offset_to + factor (G − offset_from), per function.
class Scaler {
public:
    /// @param low, high  the range that `scale_min_short` and `scale_max_short` ask for
    /// @param element    named in errors
    /// @throws InvalidInput if a function that the mode divides by has no range, naming the function
    Scaler(ScalingMode mode, const ScalingData& data, double low, double high, const std::string& element);

    std::size_t size() const noexcept { return factor_.n_elem; }
    const arma::vec& offset() const noexcept { return offset_; }  ///< input at G = 0
    const arma::vec& factor() const noexcept { return factor_; }  ///< d(input)/dG

    void apply(double* values) const noexcept;

private:
    arma::vec offset_, factor_;  ///< input = offset + factor G
};

}  // namespace nnpot
