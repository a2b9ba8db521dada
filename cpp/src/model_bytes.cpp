#include "nnpot/model_bytes.hpp"

#include <cstring>
#include <type_traits>
#include <utility>

#include "nnpot/error.hpp"

namespace nnpot {
namespace {

/// Both directions go through the same `visit`, so that what is written is what is read.
class Writer {
public:
    std::string bytes;

    void raw(const void* data, std::size_t size) { bytes.append(static_cast<const char*>(data), size); }
};

class Reader {
public:
    explicit Reader(const std::string& bytes) : bytes_(bytes) {}

    void raw(void* data, std::size_t size) {
        require(size);
        std::memcpy(data, bytes_.data() + next_, size);
        next_ += size;
    }

    /// @throws InvalidInput unless @p count values of @p size bytes are left: asked before memory is taken for them
    void require(std::size_t count, std::size_t size = 1) const {
        if (count > (bytes_.size() - next_) / size) throw InvalidInput("model: its bytes are cut short");
    }

    void require_end() const {
        if (next_ != bytes_.size()) throw InvalidInput("model: there are more bytes than its own");
    }

private:
    const std::string& bytes_;
    std::size_t next_ = 0;
};

template <typename Value>
constexpr bool is_plain = std::is_arithmetic_v<Value> || std::is_enum_v<Value>;

template <typename Value, typename = std::enable_if_t<is_plain<Value>>>
void visit(Writer& stream, Value& value) {
    stream.raw(&value, sizeof value);
}

template <typename Value, typename = std::enable_if_t<is_plain<Value>>>
void visit(Reader& stream, Value& value) {
    stream.raw(&value, sizeof value);
}

/// How many values follow, each of @p bytes at least.
std::size_t visit_count(Writer& stream, std::size_t count, std::size_t /*bytes*/) {
    visit(stream, count);
    return count;
}

std::size_t visit_count(Reader& stream, std::size_t count, std::size_t bytes) {
    visit(stream, count);
    stream.require(count, bytes);
    return count;
}

template <typename Stream>
void visit(Stream& stream, std::string& text) {
    text.resize(visit_count(stream, text.size(), 1));
    stream.raw(text.data(), text.size());
}

template <typename Stream>
void visit(Stream& stream, arma::vec& values) {
    values.set_size(visit_count(stream, values.n_elem, sizeof(double)));
    stream.raw(values.memptr(), values.n_elem * sizeof(double));
}

template <typename Stream>
void visit(Stream& stream, arma::mat& values) {
    arma::uword n_rows = values.n_rows;
    visit(stream, n_rows);
    const std::size_t size = visit_count(stream, values.n_elem, sizeof(double));
    values.set_size(n_rows, n_rows == 0 ? 0 : size / n_rows);
    stream.raw(values.memptr(), values.n_elem * sizeof(double));
}

// The names of all fields stand in square brackets: a new field does not compile until it is here.

template <typename Stream>
void visit(Stream& stream, SymmetryFunction& function) {
    auto& [type, center, neighbor, neighbor2, eta, r_shift, kappa, lambda, zeta, cutoff, r_low, angle_low, angle_high,
           subtype] = function;
    for (int* value : {&type, &center, &neighbor, &neighbor2}) visit(stream, *value);
    for (double* value : {&eta, &r_shift, &kappa, &lambda, &zeta, &cutoff, &r_low, &angle_low, &angle_high}) {
        visit(stream, *value);
    }
    visit(stream, subtype);
}

template <typename Stream>
void visit(Stream& stream, ScalingData& data) {
    auto& [min, max, mean, sigma] = data;
    for (arma::vec* column : {&min, &max, &mean, &sigma}) visit(stream, *column);
}

template <typename Stream>
void visit(Stream& stream, Layer& layer) {
    auto& [weights, biases, activation] = layer;
    visit(stream, weights);
    visit(stream, biases);
    visit(stream, activation);
}

template <typename Stream, typename Value>
void visit(Stream& stream, std::vector<Value>& values) {
    values.resize(visit_count(stream, values.size(), 1));
    for (Value& value : values) visit(stream, value);
}

template <typename Key, typename Value>
void visit(Writer& stream, std::map<Key, Value>& values) {
    visit_count(stream, values.size(), 1);
    for (auto& [key, value] : values) {
        Key name = key;
        visit(stream, name);
        visit(stream, value);
    }
}

template <typename Key, typename Value>
void visit(Reader& stream, std::map<Key, Value>& values) {
    for (std::size_t left = visit_count(stream, 0, 1); left > 0; --left) {
        Key key{};
        visit(stream, key);
        visit(stream, values[key]);
    }
}

template <typename Stream>
void visit(Stream& stream, ElementModel& element) {
    auto& [atomic_number, atom_energy, functions, scaling, layers] = element;
    visit(stream, atomic_number);
    visit(stream, atom_energy);
    visit(stream, functions);
    visit(stream, scaling);
    visit(stream, layers);
}

template <typename Stream>
void visit(Stream& stream, std::optional<LongRange>& long_range) {
    bool there = long_range.has_value();
    visit(stream, there);
    if (!there) return;
    if (!long_range) long_range.emplace();
    auto& [with_real_space, alpha, real_cutoff, charges] = *long_range;
    visit(stream, with_real_space);
    visit(stream, alpha);
    visit(stream, real_cutoff);
    visit(stream, charges);
}

template <typename Stream>
void visit(Stream& stream, Model& model) {
    auto& [elements, cutoff_type, cutoff_alpha, scaling_mode, scale_min, scale_max, mean_energy, energy_per_output,
           long_range, info, warnings] = model;
    visit(stream, elements);
    visit(stream, cutoff_type);
    visit(stream, scaling_mode);
    for (double* value : {&cutoff_alpha, &scale_min, &scale_max, &mean_energy, &energy_per_output}) {
        visit(stream, *value);
    }
    visit(stream, long_range);
    visit(stream, info);
    visit(stream, warnings);
}

}  // namespace

std::string models_to_bytes(std::vector<Model> models) {
    Writer stream;
    visit(stream, models);
    return std::move(stream.bytes);
}

std::vector<Model> models_from_bytes(const std::string& bytes) {
    Reader stream(bytes);
    std::vector<Model> models;
    visit(stream, models);
    stream.require_end();
    return models;
}

}  // namespace nnpot
