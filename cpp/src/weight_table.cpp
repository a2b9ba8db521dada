#include "weight_table.hpp"

#include "text.hpp"

namespace nnpot {
namespace {

using std::filesystem::path;

/// What stands behind the value of each line, in the order of the file: `a index from-layer node to-layer node` of a
/// weight, `b index layer node` of a bias.
class Columns {
public:
    explicit Columns(const std::vector<std::size_t>& sizes) : sizes_(sizes) {}

    std::string next() {
        ++index_;
        const std::size_t layer = layer_ + 1;
        const std::string count = std::to_string(index_) + " ", target = std::to_string(layer) + " ";
        std::string text;
        if (from_ < sizes_[layer_]) {
            text = "a " + count + std::to_string(layer_) + " " + std::to_string(from_ + 1) + " " + target +
                   std::to_string(to_ + 1);
        } else {
            text = "b " + count + target + std::to_string(to_ + 1);
        }
        advance();
        return text;
    }

private:
    void advance() {
        if (++to_ < sizes_[layer_ + 1]) return;
        to_ = 0;
        if (++from_ <= sizes_[layer_]) return;
        from_ = 0;
        ++layer_;
    }

    const std::vector<std::size_t>& sizes_;
    std::size_t index_ = 0, layer_ = 0, from_ = 0, to_ = 0;  ///< from_ counts the bias last
};

std::string behind_value(const WordLine& line) {
    std::string text;
    for (std::size_t i = 1; i < line.words.size(); ++i) text += (i > 1 ? " " : "") + line.words[i];
    return text;
}

/// Refuses a table whose columns of indices are not those of the network, or stand on some lines only.
void require_columns(const WordFile& file, const std::vector<std::size_t>& sizes) {
    if (file.lines.front().words.size() == 1) {
        require_whole_last_line(file, [](const WordLine&) { return true; });
    }
    Columns columns(sizes);
    const bool has_columns = file.lines.front().words.size() > 1;
    for (const WordLine& line : file.lines) {
        const std::string expected = has_columns ? columns.next() : "", got = behind_value(line);
        if (got == expected) continue;
        if (file.is_open && &line == &file.lines.back()) fail_as_cut(file);
        throw_file_error(file.path, line.number,
                         has_columns ? "expected '" + expected + "' behind the value, got '" + got +
                                           "'; rows are missing, swapped, or of another network"
                                     : "expected a value alone, as on the lines before, got '" + got + "' behind it");
    }
}

std::vector<double> read_first_column(const path& file, const std::vector<WordLine>& lines) {
    std::vector<double> values;
    values.reserve(lines.size());
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

std::vector<Layer> read_weight_table(const WordFile& file, const Architecture& architecture,
                                     const std::string& advice) {
    const std::vector<std::size_t>& sizes = architecture.sizes;
    const std::vector<double> values = read_first_column(file.path, file.lines);
    require_count(file.path, values.size(), sizes, advice);
    require_columns(file, sizes);
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
