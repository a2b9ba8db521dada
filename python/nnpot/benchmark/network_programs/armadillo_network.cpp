// A network in Armadillo as a textbook writes it: matrices, one expression per layer.
#include <armadillo>
#include <memory>
#include <stdexcept>

#include "untrained.hpp"

namespace {

class Network {
public:
    virtual ~Network() = default;
    virtual double output() = 0;
    virtual double time(bool gradient, std::size_t batch, std::size_t n_evaluations) = 0;
};

template <typename Real>
class ArmadilloNetwork : public Network {
    using Matrix = arma::Mat<Real>;

public:
    ArmadilloNetwork(std::size_t n_hidden, std::size_t n_nodes) {
        const std::vector<std::size_t> sizes = untrained::sizes(n_hidden, n_nodes);
        untrained::Weights numbers;
        for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
            weights_.emplace_back(sizes[l + 1], sizes[l]);
            biases_.emplace_back(sizes[l + 1]);
            numbers.fill(weights_[l].memptr(), weights_[l].n_elem, sizes[l]);
            numbers.fill(biases_[l].memptr(), biases_[l].n_elem, sizes[l]);
        }
        values_.resize(weights_.size());
    }

    double output() override { return static_cast<double>(evaluate(inputs(1))(0, 0)); }

    double time(bool gradient, std::size_t batch, std::size_t n_evaluations) override {
        const Matrix x = inputs(batch);
        volatile Real sink = 0;
        return untrained::seconds(n_evaluations, [&] {
            sink = evaluate(x)(0, 0);
            if (gradient) sink = derivative()(0, 0);
        });
    }

private:
    static Matrix inputs(std::size_t batch) {
        Matrix x(1, batch);
        for (std::size_t i = 0; i < batch; ++i) x(0, i) = static_cast<Real>(untrained::input(i, batch));
        return x;
    }

    const Matrix& evaluate(const Matrix& x) {
        const std::size_t last = weights_.size() - 1;
        for (std::size_t l = 0; l <= last; ++l) {
            Matrix& values = values_[l];
            values = weights_[l] * (l == 0 ? x : values_[l - 1]);
            values.each_col() += biases_[l];
            if (l < last) values = 1 / (1 + arma::exp(-values));
        }
        return values_[last];
    }

    /// d(output)/d(input) for each column, by backpropagation after evaluate().
    const Matrix& derivative() {
        above_.ones(1, values_.back().n_cols);
        for (std::size_t l = weights_.size(); l-- > 0;) {
            below_ = weights_[l].t() * above_;
            if (l > 0) below_ %= values_[l - 1] % (1 - values_[l - 1]);
            above_.swap(below_);
        }
        return above_;
    }

    std::vector<Matrix> weights_, values_;  ///< weights: outputs × inputs; values: nodes × batch
    std::vector<arma::Col<Real>> biases_;
    Matrix above_, below_;
};

class Program {
public:
    double build(std::size_t n_hidden, std::size_t n_nodes, const std::string& precision) {
        network_.reset();
        if (precision == "float32") {
            network_ = std::make_unique<ArmadilloNetwork<float>>(n_hidden, n_nodes);
        } else {
            network_ = std::make_unique<ArmadilloNetwork<double>>(n_hidden, n_nodes);
        }
        return network_->output();
    }

    double time(const std::string& method, std::size_t batch, std::size_t n_evaluations) {
        if (!network_) throw std::logic_error("there is no network yet");
        return network_->time(method == "gradient", batch, n_evaluations);
    }

private:
    std::unique_ptr<Network> network_;
};

}  // namespace

int main() {
    Program program;
    return untrained::serve(program);
}
