#include "weight_table.hpp"

#include "text.hpp"

namespace nnpot {
namespace {

using std::filesystem::path;

std::vector<double> read_first_column(const path& file, const std::vector<WordLine>& lines) {
    std::vector<double> values;
    for (const WordLine& line : lines) {
        values.emplace_back();
        if (!read_number(line.words[0], values.back())) {
            throw_file_error(file, line.number, "expected a number, got '" + line.words[0] + "'");
        }
    }
    return values;
}

void require_count(const path& file, std::size_t count, const std::vector<std::size_t>& sizes,
                   const std::string& advice) {
    std::size_t expected = 0;
    std::string shape = std::to_string(sizes[0]);
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
        expected += (sizes[l] + 1) * sizes[l + 1];
        shape += "→" + std::to_string(sizes[l + 1]);
    }
    if (count == expected) return;
    throw_file_error(file, 0,
                     "expected " + std::to_string(expected) + " values (" + shape + "), got " + std::to_string(count) +
                         "; " + advice);
}

}  // namespace

std::vector<Layer> read_weight_table(const path& file, const std::vector<WordLine>& lines,
                                     const Architecture& architecture, const std::string& advice) {
    const std::vector<std::size_t>& sizes = architecture.sizes;
    const std::vector<double> values = read_first_column(file, lines);
    require_count(file, values.size(), sizes, advice);
    require_whole_last_line(file, lines, 0);
    std::vector<Layer> layers;
    const double* next = values.data();
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
        const std::size_t n_in = sizes[l], n_out = sizes[l + 1];
        Layer layer;
        layer.weights = arma::mat(next, n_out, n_in).t();  // in the file the target runs fastest
        layer.biases = arma::vec(next + n_in * n_out, n_out);
        layer.activation = architecture.activations[l];
        if (architecture.normalize_nodes) {
            layer.weights /= static_cast<double>(n_in);
            layer.biases /= static_cast<double>(n_in);
        }
        next += (n_in + 1) * n_out;
        layers.push_back(std::move(layer));
    }
    return layers;
}

std::string weight_table_text(const std::vector<Layer>& layers) {
    std::string text = "# value, a (weight) or b (bias), index, from layer and node, to layer and node\n";
    std::size_t index = 0;
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const arma::mat& weights = layers[l].weights;
        for (std::size_t i = 0; i < weights.n_rows; ++i) {
            for (std::size_t o = 0; o < weights.n_cols; ++o) {
                text +=
                    formatted("%24.16E a %9zu %5zu %5zu %5zu %5zu\n", weights(i, o), ++index, l, i + 1, l + 1, o + 1);
            }
        }
        for (std::size_t o = 0; o < weights.n_cols; ++o) {
            text += formatted("%24.16E b %9zu %5zu %5zu\n", layers[l].biases(o), ++index, l + 1, o + 1);
        }
    }
    return text;
}

}  // namespace nnpot
