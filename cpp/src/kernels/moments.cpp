// Compiled once per instruction set and precision (cpp/CMakeLists.txt), NNPOT_VARIANT is set to its name.
#include "harmonics.hpp"
#include "moment_kernels.hpp"
#include "pack_math.hpp"

namespace nnpot::kernels {
namespace {

NNPOT_INLINE WideVector unit_vector(const Moments& moments, std::size_t i) {
    return {load_wide(moments.x + i), load_wide(moments.y + i), load_wide(moments.z + i)};
}

/// The unit vectors are as long as double can have them in both precisions: what a neighbor says of itself is then
/// found and taken away with the same digits.
void fill_unit_vectors(const Shell<Real>& shell, const Moments& moments) {
    for (std::size_t i = 0; i < moments.n; i += lanes) {
        const Wide x = load_wide(shell.x + i), y = load_wide(shell.y + i), z = load_wide(shell.z + i);
        Wide inverse = load_wide(shell.inverse_r + i);
        if (sizeof(Real) < sizeof(double)) {
            const Wide squared = x * x + y * y + z * z;
            for (int step = 0; step < 2; ++step) inverse *= wide(1.5) - wide(0.5) * squared * inverse * inverse;
        }
        store_wide(moments.x + i, x * inverse);
        store_wide(moments.y + i, y * inverse);
        store_wide(moments.z + i, z * inverse);
        store_wide(moments.inverse_r + i, inverse);
    }
}

void fill_part(const MomentPart& part, const Shell<Real>& shell, std::size_t n, double* values, double* slopes) {
    const Pack minus_eta(-part.eta), twice_eta(2.0 * part.eta), r_shift(part.r_shift);
    for (std::size_t i = 0; i < n; i += width) {
        const Pack r = load(shell.r + i), d = r - r_shift;
        const Pack gaussian = part.eta == 0.0 ? Pack(1.0) : PackMath::exp(minus_eta * d * d);
        const Pack value = gaussian * load(shell.cutoff + i);
        store_as_double(values + i, value);
        store_as_double(slopes + i, value * (load(shell.cutoff_ratio + i) * r - twice_eta * d));
    }
}

void sum_part(const double* values, std::size_t n, double& sum, double& sum_of_squares) {
    Wide total = wide(0.0), squares = wide(0.0);
    for (std::size_t i = 0; i < n; i += lanes) {
        const Wide value = load_wide(values + i);
        total += value;
        squares += value * value;
    }
    sum = sum_of(total);
    sum_of_squares = sum_of(squares);
}

/// Sums n_parts rows of values times lanes rows of harmonics over all neighbors.
template <std::size_t n_parts, bool adds>
NNPOT_INLINE void sum_rows(const double* values, const double* harmonics, std::size_t n, std::size_t stride,
                           double* sums, std::size_t sums_stride) {
    Wide totals[n_parts][lanes];
    for (auto& of_part : totals) {
        for (Wide& total : of_part) total = wide(0.0);
    }
    for (std::size_t i = 0; i < n; i += lanes) {
        Wide value[n_parts];
        for (std::size_t p = 0; p < n_parts; ++p) value[p] = load_wide(values + p * stride + i);
        for (std::size_t row = 0; row < lanes; ++row) {
            const Wide harmonic = load_wide(harmonics + row * stride + i);
            for (std::size_t p = 0; p < n_parts; ++p) totals[p][row] += value[p] * harmonic;
        }
    }
    for (std::size_t p = 0; p < n_parts; ++p) {
        double* const to = sums + p * sums_stride;
        store_wide(to, adds ? load_wide(to) + sum_each(totals[p]) : sum_each(totals[p]));
    }
}

/// The rows of @p parts parts after the first row.
template <std::size_t n_parts, bool adds>
void sum_all_rows(const Moments& moments, std::size_t part, const double* values, const double* harmonics,
                  double* sums) {
    const std::size_t n_rows = n_rows_of(moments.parts[part].degree), stride = moments.stride;
    for (std::size_t row = 1; row < n_rows; row += lanes) {
        sum_rows<n_parts, adds>(values + part * stride, harmonics + row * stride, moments.n, stride,
                                sums + part * moments.n_rows + row, moments.n_rows);
    }
}

template <bool adds>
void sum_all(const Moments& moments, const double* values, const double* harmonics, double* sums) {
    std::size_t part = 0;
    while (part < moments.n_parts) {
        const std::size_t n_left = moments.n_parts - part;
        if (n_left == 3 || n_left > 4) {
            sum_all_rows<3, adds>(moments, part, values, harmonics, sums);
            part += 3;
        } else if (n_left > 1) {
            sum_all_rows<2, adds>(moments, part, values, harmonics, sums);
            part += 2;
        } else {
            sum_all_rows<1, adds>(moments, part, values, harmonics, sums);
            part += 1;
        }
    }
}

/// Zeros in those rows that only make blocks whole.
void pad_rows(const Moments& moments, double* harmonics) {
    const std::size_t first = std::size_t{moments.degree + 1} * (moments.degree + 1);
    for (std::size_t row = first; row < moments.n_rows; ++row) {
        for (std::size_t i = 0; i < moments.n; i += lanes) store_wide(harmonics + row * moments.stride + i, wide(0.0));
    }
}

void fill(const Shell<Real>& shell, double* harmonics, Moments& moments) {
    moments.n = (shell.n + lanes - 1) / lanes * lanes;
    fill_unit_vectors(shell, moments);
    for (std::size_t p = 0; p < moments.n_parts; ++p) {
        double* const values = moments.values + p * moments.stride;
        fill_part(moments.parts[p], shell, shell.n, values, moments.slopes + p * moments.stride);
        sum_part(values, moments.n, moments.sums[p * moments.n_rows], moments.squares[p]);
    }
    with_degree(moments.degree, [&](auto degree) {
        for (std::size_t i = 0; i < moments.n; i += lanes) {
            store_harmonics(degree, unit_vector(moments, i), moments.stride, harmonics + i);
        }
    });
    pad_rows(moments, harmonics);
    sum_all<false>(moments, moments.values, harmonics, moments.sums);
}

const double* sums_of(const Moments& moments, std::size_t part) { return moments.sums + part * moments.n_rows; }

/// Σ factors product over rows of n_terms functions, lane by lane.
template <std::size_t n_terms>
NNPOT_INLINE void sum_terms(const MomentTerm* terms, const double* product, Wide* totals) {
    for (std::size_t t = 0; t < n_terms; ++t) totals[t] = wide(0.0);
    const std::size_t shared = terms[n_terms - 1].n_rows;
    for (std::size_t row = 1; row < shared; row += lanes) {
        const Wide value = load_wide(product + row);
        for (std::size_t t = 0; t < n_terms; ++t) totals[t] += load_wide(terms[t].factors + row) * value;
    }
    for (std::size_t t = 0; t + 1 < n_terms; ++t) {
        for (std::size_t row = shared; row < terms[t].n_rows; row += lanes) {
            totals[t] += load_wide(terms[t].factors + row) * load_wide(product + row);
        }
    }
}

/// Sets Σ factors product − of_squares squares of all functions.
void set_values(const MomentProduct& p, const double* product, double squares, double* values) {
    constexpr std::size_t group = lanes < 4 ? lanes : 4;
    for (std::size_t first = 0; first < p.n_terms; first += lanes) {
        const MomentTerm* const terms = p.terms + first;
        const std::size_t n = p.n_terms - first < lanes ? p.n_terms - first : lanes;
        Wide totals[lanes] = {};
        std::size_t t = 0;
        for (; t + group <= n; t += group) sum_terms<group>(terms + t, product, totals + t);
        for (; t + 2 <= n; t += 2) sum_terms<2>(terms + t, product, totals + t);
        if (t < n) sum_terms<1>(terms + t, product, totals + t);
        double sums[lanes];
        store_wide(sums, sum_each(totals));
        for (t = 0; t < n; ++t) {
            values[terms[t].index] = sums[t] + terms[t].factors[0] * product[0] - terms[t].of_squares * squares;
        }
    }
}

void multiply(const MomentProduct& p, const Moments* moments, double* values) {
    const Moments& first = moments[p.first];
    const double *const a = sums_of(first, p.first_part), *const b = sums_of(moments[p.second], p.second_part);
    double product[n_rows_of(largest_degree)];
    product[0] = a[0] * b[0];
    for (std::size_t row = 1; row < p.n_rows; row += lanes) {
        store_wide(product + row, load_wide(a + row) * load_wide(b + row));
    }
    set_values(p, product, first.squares[p.first_part], values);
}

/// dE/d(product) of some rows, from the functions of a product that have weights.
struct WeightedTerms {
    const MomentTerm* terms;
    const double* weights;
    std::size_t n;

    NNPOT_INLINE Wide sum(std::size_t row) const {
        Wide total = wide(0.0);
        for (std::size_t t = 0; t < n && terms[t].n_rows > row; ++t) {
            total += wide(weights[terms[t].index]) * load_wide(terms[t].factors + row);
        }
        return total;
    }
};

bool add_slopes(const MomentProduct& p, const Moments* moments, const double* weights, const MomentSlopes* slopes) {
    double of_squares = 0.0, of_first_row = 0.0;
    bool counts = false;
    for (std::size_t t = 0; t < p.n_terms; ++t) {
        const double weight = weights[p.terms[t].index];
        counts |= weight != 0.0;
        of_squares += weight * p.terms[t].of_squares;
        of_first_row += weight * p.terms[t].factors[0];
    }
    if (!counts) return false;
    const WeightedTerms terms{p.terms, weights, p.n_terms};
    const Moments &first = moments[p.first], &second = moments[p.second];
    const double *const a = sums_of(first, p.first_part), *const b = sums_of(second, p.second_part);
    double* const of_first = slopes[p.first].of_sums + p.first_part * first.n_rows;
    double* const of_second = slopes[p.second].of_sums + p.second_part * second.n_rows;
    of_first[0] += of_first_row * b[0];
    of_second[0] += of_first_row * a[0];
    for (std::size_t row = 1; row < p.n_rows; row += lanes) {
        const Wide factor = terms.sum(row);
        store_wide(of_first + row, load_wide(of_first + row) + factor * load_wide(b + row));
        store_wide(of_second + row, load_wide(of_second + row) + factor * load_wide(a + row));
    }
    slopes[p.first].of_squares[p.first_part] -= of_squares;
    return true;
}

/// Moments and dE/d(moments).
struct CountingParts {
    const Moments& moments;
    const MomentSlopes& slopes;
};

/// What multiplies lanes rows of harmonics of lanes neighbors and their gradients: Σ over parts of dE/d(moment) times
/// dg/dr and g.
template <std::size_t n_rows>
NNPOT_INLINE void gather_rows(const CountingParts& parts, std::size_t i, std::size_t row, Wide* of_gradient,
                              Wide* of_value) {
    Wide with_value[n_rows], with_slope[n_rows];
    for (std::size_t k = 0; k < n_rows; ++k) with_value[k] = with_slope[k] = wide(0.0);
    const Moments& moments = parts.moments;
    for (std::size_t p = 0; p < parts.slopes.n_counting; ++p) {
        const std::size_t part = parts.slopes.counting[p];
        if (n_rows_of(moments.parts[part].degree) <= row) break;
        const Wide value = load_wide(moments.values + part * moments.stride + i);
        const Wide slope = load_wide(moments.slopes + part * moments.stride + i);
        const double* const of_sums = parts.slopes.of_sums + part * moments.n_rows + row;
        for (std::size_t k = 0; k < n_rows; ++k) {
            const Wide factor = wide(of_sums[k]);
            with_value[k] += value * factor;
            with_slope[k] += slope * factor;
        }
    }
    for (std::size_t k = 0; k < n_rows; ++k) {
        of_gradient[row + k] = with_value[k];
        of_value[row + k] = with_slope[k];
    }
}

/// The first row, whose harmonic is 1, and Σ g².
NNPOT_INLINE void gather_first_row(const CountingParts& parts, std::size_t i, Wide& of_value) {
    const Moments& moments = parts.moments;
    of_value = wide(0.0);
    for (std::size_t p = 0; p < parts.slopes.n_counting; ++p) {
        const std::size_t part = parts.slopes.counting[p];
        const Wide value = load_wide(moments.values + part * moments.stride + i);
        const Wide slope = load_wide(moments.slopes + part * moments.stride + i);
        of_value += slope * (wide(parts.slopes.of_sums[part * moments.n_rows]) +
                             wide(2.0 * parts.slopes.of_squares[part]) * value);
    }
}

template <typename Degree>
void add_gradients(Degree degree, const CountingParts& parts, Shell<Real>& shell) {
    constexpr std::size_t block = lanes == 8 ? 8 : 4;
    const Moments& moments = parts.moments;
    Wide of_gradient[n_rows_of(most_degrees<Degree> - 1)], of_value[n_rows_of(most_degrees<Degree> - 1)];
    const std::size_t n_rows = n_rows_of(degree);
    for (std::size_t i = 0; i < moments.n; i += lanes) {
        gather_first_row(parts, i, of_value[0]);
        of_gradient[0] = wide(0.0);
        for (std::size_t row = 1; row < n_rows; row += block) gather_rows<block>(parts, i, row, of_gradient, of_value);
        const WideVector u = unit_vector(moments, i);
        const HarmonicSums sums = sum_harmonics(degree, u, of_gradient, of_value);
        const WideVector& g = sums.gradient;
        const Wide inverse = load_wide(moments.inverse_r + i);
        const Wide along = sums.value - inverse * (g.x * u.x + g.y * u.y + g.z * u.z);
        store_wide(shell.gx + i, load_wide(shell.gx + i) + along * u.x + inverse * g.x);
        store_wide(shell.gy + i, load_wide(shell.gy + i) + along * u.y + inverse * g.y);
        store_wide(shell.gz + i, load_wide(shell.gz + i) + along * u.z + inverse * g.z);
    }
}

void go_back(const Moments& moments, const MomentSlopes& slopes, Shell<Real>& shell) {
    if (slopes.n_counting == 0) return;
    const CountingParts parts{moments, slopes};
    with_degree(moments.parts[slopes.counting[0]].degree, [&](auto degree) { add_gradients(degree, parts, shell); });
}

/// Stores how fast r changes, and the harmonics and their changes.
template <typename Degree>
void fill_changes(Degree degree, const Moments& moments, const ShellTangent<Real>& tangent, double* stretches,
                  double* harmonics, double* changes) {
    for (std::size_t i = 0; i < moments.n; i += lanes) {
        const WideVector u = unit_vector(moments, i);
        const WideVector v{load_wide(tangent.x + i), load_wide(tangent.y + i), load_wide(tangent.z + i)};
        const Wide stretch = u.x * v.x + u.y * v.y + u.z * v.z, inverse = load_wide(moments.inverse_r + i);
        const WideVector turn{(v.x - stretch * u.x) * inverse, (v.y - stretch * u.y) * inverse,
                              (v.z - stretch * u.z) * inverse};
        store_wide(stretches + i, stretch);
        store_harmonics(degree, u, moments.stride, harmonics + i);
        store_changes(degree, u, turn, moments.stride, changes + i);
    }
    pad_rows(moments, harmonics);
    pad_rows(moments, changes);
}

/// Stores the changes of g of all parts, and sets those of their first moments and of Σ g².
void fill_part_changes(const Moments& moments, const double* stretches, double* rows, const MomentSlopes& changes) {
    for (std::size_t p = 0; p < moments.n_parts; ++p) {
        Wide total = wide(0.0), of_squares = wide(0.0);
        for (std::size_t i = 0; i < moments.n; i += lanes) {
            const std::size_t at = p * moments.stride + i;
            const Wide change = load_wide(moments.slopes + at) * load_wide(stretches + i);
            store_wide(rows + at, change);
            total += change;
            of_squares += change * load_wide(moments.values + at);
        }
        changes.of_sums[p * moments.n_rows] = sum_of(total);
        changes.of_squares[p] = 2.0 * sum_of(of_squares);
    }
}

void fill_tangent(const Moments& moments, const ShellTangent<Real>& tangent, double* scratch,
                  const MomentSlopes& changes) {
    double* const harmonics = scratch;
    double* const harmonic_changes = harmonics + moments.n_rows * moments.stride;
    double* const part_changes = harmonic_changes + moments.n_rows * moments.stride;
    double* const stretches = part_changes + moments.n_parts * moments.stride;
    with_degree(moments.degree,
                [&](auto degree) { fill_changes(degree, moments, tangent, stretches, harmonics, harmonic_changes); });
    fill_part_changes(moments, stretches, part_changes, changes);
    sum_all<false>(moments, moments.values, harmonic_changes, changes.of_sums);
    sum_all<true>(moments, part_changes, harmonics, changes.of_sums);
}

void multiply_tangent(const MomentProduct& p, const Moments* moments, const MomentSlopes* of_moments, double* changes) {
    const Moments &first = moments[p.first], &second = moments[p.second];
    const double *const a = sums_of(first, p.first_part), *const b = sums_of(second, p.second_part);
    const double* const a_change = of_moments[p.first].of_sums + p.first_part * first.n_rows;
    const double* const b_change = of_moments[p.second].of_sums + p.second_part * second.n_rows;
    double product[n_rows_of(largest_degree)];
    product[0] = a[0] * b_change[0] + a_change[0] * b[0];
    for (std::size_t row = 1; row < p.n_rows; row += lanes) {
        store_wide(product + row,
                   load_wide(a + row) * load_wide(b_change + row) + load_wide(a_change + row) * load_wide(b + row));
    }
    set_values(p, product, of_moments[p.first].of_squares[p.first_part], changes);
}

}  // namespace

#ifdef NNPOT_SINGLE
#define NNPOT_TABLE single_moments
#else
#define NNPOT_TABLE double_moments
#endif

namespace NNPOT_VARIANT {
extern const MomentKernels<Real> NNPOT_TABLE;
const MomentKernels<Real> NNPOT_TABLE{fill, multiply, add_slopes, go_back, fill_tangent, multiply_tangent};
}  // namespace NNPOT_VARIANT

}  // namespace nnpot::kernels
