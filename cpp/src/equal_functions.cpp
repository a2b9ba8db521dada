#include "equal_functions.hpp"

#include <utility>

#include "nnpot/element.hpp"

namespace nnpot {
namespace {

bool equal(const SymmetryFunction& a, const SymmetryFunction& b) { return !comes_before(a, b) && !comes_before(b, a); }

/// Adds the input number @p other to number @p kept of the same value G: with inputs o + f G of both,
/// w (o + f G) + w' (o' + f' G) = (w + w' f'/f) (o + f G) + w' (o' - o f'/f).
void add_input(const Scaler& scaler, arma::uword kept, arma::uword other, Layer& layer) {
    const double ratio = scaler.factor()(other) / scaler.factor()(kept);
    const arma::rowvec weights = layer.weights.row(other);
    layer.weights.row(kept) += ratio * weights;
    layer.biases += (scaler.offset()(other) - ratio * scaler.offset()(kept)) * weights.t();
}

void join_in_element(const Model& model, ElementModel& element) {
    std::vector<SymmetryFunction> distinct;
    std::vector<arma::uword> kept;
    for (std::size_t f = 0; f < element.functions.size(); ++f) {
        if (!distinct.empty() && equal(distinct.back(), element.functions[f])) continue;
        distinct.push_back(element.functions[f]);
        kept.push_back(f);
    }
    if (distinct.size() == element.functions.size()) return;
    const Scaler scaler(model.scaling_mode, element.scaling, model.scale_min, model.scale_max,
                        element_symbol(element.atomic_number));
    Layer& first = element.layers.front();
    for (std::size_t k = 0; k < kept.size(); ++k) {
        const arma::uword end = k + 1 < kept.size() ? kept[k + 1] : element.functions.size();
        for (arma::uword other = kept[k] + 1; other < end; ++other) add_input(scaler, kept[k], other, first);
    }
    const arma::uvec rows(kept);
    first.weights = arma::mat(first.weights.rows(rows));
    for (arma::vec* column :
         {&element.scaling.min, &element.scaling.max, &element.scaling.mean, &element.scaling.sigma}) {
        *column = arma::vec(column->elem(rows));
    }
    element.functions = std::move(distinct);
}

}  // namespace

void join_equal_functions(Model& model) {
    for (ElementModel& element : model.elements) join_in_element(model, element);
}

}  // namespace nnpot
