#include "nnpot/network_file.hpp"

#include "keyword_file.hpp"
#include "nnpot/error.hpp"
#include "text.hpp"
#include "weight_table.hpp"

namespace nnpot {
namespace {

using std::filesystem::path;

/// The values of line @p index, which has to begin with @p keyword.
std::vector<std::string> read_header(const path& file, const std::vector<WordLine>& lines, std::size_t index,
                                     const std::string& keyword, const std::string& meaning) {
    const bool there = index < lines.size();
    if (there && lines[index].words[0] == keyword) return {lines[index].words.begin() + 1, lines[index].words.end()};
    throw_file_error(file, there ? lines[index].number : 0,
                     "expected '" + keyword + "' and " + meaning + ", got " +
                         (there ? "'" + lines[index].words[0] + "'" : "the end of the file"));
}

std::vector<std::size_t> read_sizes(const path& file, const std::vector<WordLine>& lines) {
    constexpr long largest = 1000000;
    std::vector<std::size_t> sizes;
    for (const std::string& word : read_header(file, lines, 0, "nodes", "the nodes of each layer, inputs first")) {
        long size = 0;
        if (!read_integer(word, size) || size < 1 || size > largest) {
            throw_file_error(file, lines[0].number, "expected numbers of nodes from 1 to 1000000, got '" + word + "'");
        }
        sizes.push_back(static_cast<std::size_t>(size));
    }
    if (sizes.size() > 1) return sizes;
    throw_file_error(file, lines[0].number, "expected at least the numbers of inputs and outputs after 'nodes'");
}

std::string read_letters(const path& file, const std::vector<WordLine>& lines, std::size_t n_layers) {
    const auto words = read_header(file, lines, 1, "activations", "a letter for each layer");
    const std::size_t number = lines[1].number;
    if (words.size() != n_layers) {
        throw_file_error(file, number,
                         "expected " + std::to_string(n_layers) +
                             " letters after 'activations', one for each layer "
                             "after the inputs, got " +
                             std::to_string(words.size()));
    }
    std::string letters;
    for (const std::string& word : words) {
        if (word.size() != 1) throw_file_error(file, number, "expected one-letter activations, got '" + word + "'");
        try {
            require_activation_letter(word[0]);
        } catch (const InvalidInput& error) {
            throw_file_error(file, number, error.what());
        }
        letters += word;
    }
    return letters;
}

}  // namespace

std::vector<Layer> read_network(const std::string& file) {
    WordFile content = read_word_file(file);
    std::vector<WordLine>& lines = content.lines;
    Architecture architecture;
    architecture.sizes = read_sizes(file, lines);
    architecture.activations = read_letters(file, lines, architecture.sizes.size() - 1);
    lines.erase(lines.begin(), lines.begin() + 2);
    return read_weight_table(content, architecture, "the file is cut short or its line 'nodes' is wrong");
}

void write_network(const std::vector<Layer>& layers, const std::string& file) {
    const NeuralNetwork checked(layers);
    std::string text = "# A feed-forward network of nnpot: y = activation(W x + b), layer by layer\nnodes " +
                       std::to_string(checked.n_inputs());
    for (const Layer& layer : layers) text += " " + std::to_string(layer.weights.n_cols);
    text += "\nactivations";
    for (const Layer& layer : layers) text += std::string(" ") + layer.activation;
    write_file(file, text + "\n" + weight_table_text(layers));
}

std::vector<Layer> read_weights(const std::string& file, const std::vector<std::size_t>& sizes,
                                const std::string& letters) {
    if (sizes.size() < 2 || letters.size() + 1 != sizes.size()) {
        throw InvalidInput("network: expected the nodes of two layers at least and a letter for each after the first");
    }
    for (const char letter : letters) require_activation_letter(letter);
    return read_weight_table(read_word_file(file), {sizes, letters},
                             "the file is cut short or belongs to another model");
}

void write_weights(const std::vector<Layer>& layers, const std::string& file) {
    write_file(file, weight_table_text(NeuralNetwork(layers).layers()));
}

}  // namespace nnpot
