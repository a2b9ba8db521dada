#include "reference.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "nnpot/cell_list.hpp"
#include "nnpot/element.hpp"

namespace reference {

const std::vector<std::string> plain_functions{"1 H 4.0",
                                               "1 O 5.0",
                                               "2 H 0.4 1.0 5.0",
                                               "2 O 0.2 0.0 5.0",
                                               "4 O 1.3 5.0",
                                               "3 H O 0.1 -1 2 4.5 0.5",
                                               "3 O O 0.05 1 1 5.0",
                                               "9 H H 0.1 1 4 5.0 1.2",
                                               "9 O H 0.02 -1 1.5 5.0"};
const std::vector<std::string> other_functions{"12 0.3 0.5 5.0",   "13 0.02 0.5 1 2 4.5",    "20 O -4 4 e",
                                               "20 H 0.7 5.0 p2a", "21 H O 0.5 5 20 150 p3", "22 O O 0 5 -120 120 p4",
                                               "23 0.1 5 p1",      "24 -5 5 60 300 p2",      "25 0.2 4.5 10.5 140 p2a"};

namespace {

using Long = long double;

struct ValueAndSlopeOf {
    Long value, slope;
};

arma::vec3 vector_to(const nnpot::NeighborList& list, std::size_t pair) {
    return {list.dx[pair], list.dy[pair], list.dz[pair]};
}

/// (1 − x²) of x = 1 − y.
Long gap(Long y) { return y * (2 - y); }

Long binomial(int n, int k) { return k == 0 ? 1 : binomial(n - 1, k - 1) * n / k; }

/// The step from 0 to 1 with n continuous derivatives at both ends, and its slope.
ValueAndSlopeOf smooth_step(int n, Long y) {
    Long sum = 0, power = 1, factor = 1;
    for (int k = 0; k <= n; ++k, power *= -y) sum += binomial(n + k, k) * binomial(2 * n + 1, n - k) * power;
    for (int k = 1; k <= n; ++k) factor *= static_cast<Long>(n + k) / k;
    return {std::pow(y, n + 1) * sum, (2 * n + 1) * factor * std::pow(y * (1 - y), n)};
}

/// Value and slope (with respect to y) at y = 1 − x, 0 < y ≤ 1.
ValueAndSlopeOf core(nnpot::CutoffType type, Long y) {
    const Long pi = std::acos(Long(-1)), tanh = std::tanh(y);
    switch (type) {
        case nnpot::CutoffType::hard: return {1, 0};
        case nnpot::CutoffType::cosine: return {std::pow(std::sin(pi * y / 2), 2), pi / 2 * std::sin(pi * y)};
        case nnpot::CutoffType::tanh3_unnormalized:
            return {std::pow(tanh, 3), 3 * tanh * tanh / std::pow(std::cosh(y), 2)};
        case nnpot::CutoffType::tanh3:
            return {std::pow(tanh / std::tanh(Long(1)), 3),
                    3 * tanh * tanh / std::pow(std::cosh(y), 2) / std::pow(std::tanh(Long(1)), 3)};
        case nnpot::CutoffType::exponential: {
            const Long value = std::exp(1 - 1 / gap(y));
            return {value, 2 * (1 - y) / (gap(y) * gap(y)) * value};
        }
        case nnpot::CutoffType::poly1: return smooth_step(1, y);
        case nnpot::CutoffType::poly2: return smooth_step(2, y);
        case nnpot::CutoffType::poly3: return smooth_step(3, y);
        default: return smooth_step(4, y);
    }
}

nnpot::CutoffType core_of(const std::string& subtype) {
    if (subtype == "e") return nnpot::CutoffType::exponential;
    return nnpot::cutoff_type_from_number(4 + subtype.at(1) - '0');
}

/// Compact function between low and high: a core function of the distance to the nearer end in half widths.
nnpot::ValueAndSlope compact(const std::string& subtype, bool asymmetric, Long position, Long low, Long high) {
    const bool is_lower_half = position < (low + high) / 2;
    const Long half_width = (high - low) / 2;
    const Long y = (is_lower_half ? position - low : high - position) / half_width;
    if (y <= 0) return {0.0, 0.0};
    const auto [value, slope] = core(core_of(subtype), asymmetric ? y * y : y);
    const Long inner = (asymmetric ? 2 * y : 1) * (is_lower_half ? 1 : -1) / half_width;
    return {static_cast<double>(value), static_cast<double>(slope * inner)};
}

double compact_of_distance(const nnpot::SymmetryFunction& f, double r) { return compact_function(f, r).value; }

/// The angular part is never asymmetric; collinear neighbors do not count.
double compact_of_angle(const nnpot::SymmetryFunction& f, double cosine) {
    if (std::abs(cosine) >= 1.0 - 1e-14) return 0.0;
    return compact(f.subtype, false, std::acos(cosine) * 180.0 / arma::datum::pi, f.angle_low, f.angle_high).value;
}

double switched_by(const nnpot::CutoffFunction& cutoff, double r) {
    return cutoff_function(cutoff.type(), cutoff.radius(), cutoff.inner_radius(), r).value;
}

double radial_term(const nnpot::SymmetryFunction& f, const nnpot::CutoffFunction& cutoff, double r) {
    if (f.is_compact()) return compact_of_distance(f, r);
    const double switched = switched_by(cutoff, r);
    if (f.type == 1) return switched;
    if (f.type == 4) return std::cos(f.kappa * r) * switched;
    return std::exp(-f.eta * (r - f.r_shift) * (r - f.r_shift)) * switched;
}

double angular_term(const nnpot::SymmetryFunction& f, const nnpot::CutoffFunction& cutoff, const arma::vec3& x_j,
                    const arma::vec3& x_k) {
    const double r_j = arma::norm(x_j), r_k = arma::norm(x_k), r_jk = arma::norm(arma::vec3(x_j - x_k));
    const double cosine = arma::dot(x_j, x_k) / (r_j * r_k);
    if (f.is_compact()) {
        const double radial = compact_of_distance(f, r_j) * compact_of_distance(f, r_k);
        return radial * (f.is_narrow() ? compact_of_distance(f, r_jk) : 1.0) * compact_of_angle(f, cosine);
    }
    const double base = 1.0 + f.lambda * cosine;
    if (base <= 0.0) return 0.0;
    double exponent = std::pow(r_j - f.r_shift, 2) + std::pow(r_k - f.r_shift, 2);
    double switched = switched_by(cutoff, r_j) * switched_by(cutoff, r_k);
    if (f.is_narrow()) {
        exponent += std::pow(r_jk - f.r_shift, 2);
        switched *= switched_by(cutoff, r_jk);
    }
    return std::pow(2.0, 1.0 - f.zeta) * std::pow(base, f.zeta) * std::exp(-f.eta * exponent) * switched;
}

/// The factor with which a neighbor enters a weighted function; 1 if elements are chosen instead.
double weight_of(const nnpot::SymmetryFunction& f, int atomic_number) { return f.is_weighted() ? atomic_number : 1.0; }

}  // namespace

nnpot::ValueAndSlope cutoff_function(nnpot::CutoffType type, double radius, double inner_radius, double r) {
    if (r >= radius) return {0.0, 0.0};
    if (r < inner_radius) return {1.0, 0.0};
    const Long width = static_cast<Long>(radius) - inner_radius;
    const auto [value, slope] = core(type, (static_cast<Long>(radius) - r) / width);
    return {static_cast<double>(value), static_cast<double>(-slope / width)};
}

nnpot::ValueAndSlope compact_function(const nnpot::SymmetryFunction& f, double r) {
    return compact(f.subtype, f.subtype.back() == 'a', r, f.r_low, f.cutoff);
}

double symmetry_function(const nnpot::SymmetryFunction& f, const nnpot::CutoffFunction& cutoff,
                         const nnpot::NeighborList& list, std::size_t center) {
    double sum = 0.0;
    const std::size_t begin = list.offsets[center], end = list.offsets[center + 1];
    for (std::size_t j = begin; j < end; ++j) {
        const int z_j = list.neighbor_atomic_number[j];
        if (!f.is_angular()) {
            if (!f.is_weighted() && z_j != f.neighbor) continue;
            sum += weight_of(f, z_j) * radial_term(f, cutoff, arma::norm(vector_to(list, j)));
            continue;
        }
        for (std::size_t k = j + 1; k < end; ++k) {
            const int z_k = list.neighbor_atomic_number[k];
            if (!f.is_weighted() && std::minmax(z_j, z_k) != std::minmax(f.neighbor, f.neighbor2)) continue;
            sum +=
                weight_of(f, z_j) * weight_of(f, z_k) * angular_term(f, cutoff, vector_to(list, j), vector_to(list, k));
        }
    }
    return sum;
}

nnpot::NeighborList neighbor_list(const nnpot::Structure& structure, double cutoff, int images) {
    nnpot::NeighborList list;
    const auto& periodic = structure.cell.periodic();
    const int na = periodic[0] ? images : 0, nb = periodic[1] ? images : 0, nc = periodic[2] ? images : 0;
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) {
        list.begin_center(i, structure.atomic_numbers[i]);
        for (std::size_t j = 0; j < structure.n_atoms(); ++j) {
            for (int a = -na; a <= na; ++a) {
                for (int b = -nb; b <= nb; ++b) {
                    for (int c = -nc; c <= nc; ++c) {
                        if (i == j && a == 0 && b == 0 && c == 0) continue;
                        const arma::vec3 steps{double(a), double(b), double(c)};
                        const arma::vec3 x =
                            structure.positions.col(j) - structure.positions.col(i) + structure.cell.vectors() * steps;
                        if (arma::norm(x) < cutoff) {
                            list.add_neighbor(j, structure.atomic_numbers[j], x(0), x(1), x(2));
                        }
                    }
                }
            }
        }
    }
    return list;
}

std::vector<double> sorted_distances(const nnpot::NeighborList& list, std::size_t center) {
    std::vector<double> distances;
    for (std::size_t p = list.offsets[center]; p < list.offsets[center + 1]; ++p) {
        distances.push_back(arma::norm(vector_to(list, p)));
    }
    std::sort(distances.begin(), distances.end());
    return distances;
}

nnpot::Structure random_structure(std::size_t n_atoms, const arma::mat33& cell, const std::array<bool, 3>& periodic,
                                  const std::vector<int>& atomic_numbers, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    nnpot::Structure structure{arma::mat(3, 0), {}, nnpot::Cell(cell, periodic)};
    while (structure.n_atoms() < n_atoms) {
        nnpot::Structure trial = structure;
        const arma::vec3 fractional{uniform(random), uniform(random), uniform(random)};
        trial.positions.insert_cols(trial.positions.n_cols, arma::mat(trial.cell.vectors() * fractional));
        trial.atomic_numbers.push_back(atomic_numbers[structure.n_atoms() % atomic_numbers.size()]);
        if (neighbor_list(trial, 1.5, 2).n_pairs() == 0) structure = trial;
    }
    return structure;
}

nnpot::Model random_model(unsigned seed, const std::vector<std::string>& functions) {
    arma::arma_rng::set_seed(seed);
    nnpot::Model model;
    model.cutoff_type = nnpot::CutoffType::cosine;
    model.scaling_mode = nnpot::ScalingMode::scale_center;
    model.info["trained_on"] = "nothing";
    for (const std::string center : {"H", "O"}) {
        nnpot::ElementModel element;
        element.atomic_number = nnpot::atomic_number(center);
        element.atom_energy = center == "H" ? -13.6 : -2041.0;
        for (const std::string& text : functions) {
            element.functions.push_back(nnpot::parse_symmetry_function(center + " " + text));
        }
        std::sort(element.functions.begin(), element.functions.end(), nnpot::comes_before);
        const arma::uword n = element.functions.size();
        element.scaling = {arma::vec(n, arma::fill::zeros), 1.0 + arma::vec(n, arma::fill::randu),
                           arma::vec(n, arma::fill::randu), 0.1 + arma::vec(n, arma::fill::randu)};
        element.layers = {{arma::randn(n, 7), arma::randn(7), 't'},
                          {arma::randn(7, 5), arma::randn(5), 'p'},
                          {arma::randn(5, 1), arma::randn(1), 'l'}};
        model.elements.push_back(element);
    }
    return model;
}

TemporaryDirectory::TemporaryDirectory() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() / ("nnpot-test-" + std::to_string(random()));
    std::filesystem::create_directories(path_);
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string read_text(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

void write_text(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace reference
