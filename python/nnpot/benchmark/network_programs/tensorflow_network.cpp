// The same network as a graph of TensorFlow, run by a session of its C++ library.
#include <memory>
#include <stdexcept>

#include "tensorflow/core/public/session.h"
#include "untrained.hpp"

namespace {

namespace tf = tensorflow;

void require(const absl::Status& status) {
    if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

/// A graph that is made node by node.
class Graph {
public:
    explicit Graph(tf::DataType type) : type_(type) {}

    std::string placeholder() {
        tf::NodeDef& node = add("Placeholder", {});
        (*node.mutable_attr())["dtype"].set_type(type_);
        return node.name();
    }

    std::string constant(const tf::Tensor& value) {
        tf::NodeDef& node = add("Const", {});
        (*node.mutable_attr())["dtype"].set_type(type_);
        value.AsProtoTensorContent((*node.mutable_attr())["value"].mutable_tensor());
        return node.name();
    }

    std::string operation(const std::string& name, const std::vector<std::string>& inputs) {
        tf::NodeDef& node = add(name, inputs);
        (*node.mutable_attr())["T"].set_type(type_);
        return node.name();
    }

    const tf::GraphDef& definition() const { return graph_; }

private:
    tf::NodeDef& add(const std::string& operation, const std::vector<std::string>& inputs) {
        tf::NodeDef* const node = graph_.add_node();
        node->set_name("node" + std::to_string(graph_.node_size()));
        node->set_op(operation);
        for (const std::string& input : inputs) node->add_input(input);
        return *node;
    }

    tf::DataType type_;
    tf::GraphDef graph_;
};

class Program {
public:
    double build(std::size_t n_hidden, std::size_t n_nodes, const std::string& precision) {
        session_.reset();
        type_ = precision == "float32" ? tf::DT_FLOAT : tf::DT_DOUBLE;
        const Graph graph =
            type_ == tf::DT_FLOAT ? make_graph<float>(n_hidden, n_nodes) : make_graph<double>(n_hidden, n_nodes);
        tf::SessionOptions options;
        options.config.set_intra_op_parallelism_threads(1);
        options.config.set_inter_op_parallelism_threads(1);
        session_.reset(tf::NewSession(options));
        require(session_->Create(graph.definition()));
        const tf::Tensor result = run(inputs(1));
        return type_ == tf::DT_FLOAT ? static_cast<double>(result.flat<float>()(0)) : result.flat<double>()(0);
    }

    double time(const std::string&, std::size_t batch, std::size_t n_evaluations) {
        if (!session_) throw std::logic_error("there is no network yet");
        const tf::Tensor x = inputs(batch);
        return untrained::seconds(n_evaluations, [&] { run(x); });
    }

private:
    template <typename Real>
    Graph make_graph(std::size_t n_hidden, std::size_t n_nodes) {
        const std::vector<std::size_t> sizes = untrained::sizes(n_hidden, n_nodes);
        untrained::Weights numbers;
        Graph graph(type_);
        std::string values = input_ = graph.placeholder();
        for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
            const auto n_in = static_cast<std::int64_t>(sizes[l]), n_out = static_cast<std::int64_t>(sizes[l + 1]);
            tf::Tensor weights(type_, {n_in, n_out}), biases(type_, {n_out});
            numbers.fill(weights.flat<Real>().data(), sizes[l] * sizes[l + 1], sizes[l]);
            numbers.fill(biases.flat<Real>().data(), sizes[l + 1], sizes[l]);
            values = graph.operation("MatMul", {values, graph.constant(weights)});
            values = graph.operation("BiasAdd", {values, graph.constant(biases)});
            if (l + 2 < sizes.size()) values = graph.operation("Sigmoid", {values});
        }
        output_ = values;
        return graph;
    }

    tf::Tensor inputs(std::size_t batch) const {
        tf::Tensor x(type_, {static_cast<std::int64_t>(batch), 1});
        for (std::size_t i = 0; i < batch; ++i) {
            const double value = untrained::input(i, batch);
            const auto index = static_cast<Eigen::Index>(i);
            if (type_ == tf::DT_FLOAT) {
                x.flat<float>()(index) = static_cast<float>(value);
            } else {
                x.flat<double>()(index) = value;
            }
        }
        return x;
    }

    tf::Tensor run(const tf::Tensor& x) {
        std::vector<tf::Tensor> outputs;
        require(session_->Run({{input_, x}}, {output_}, {}, &outputs));
        return outputs.at(0);
    }

    tf::DataType type_ = tf::DT_DOUBLE;
    std::string input_, output_;
    std::unique_ptr<tf::Session> session_;
};

}  // namespace

int main() {
    Program program;
    return untrained::serve(program);
}
