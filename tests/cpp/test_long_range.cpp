#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

#include "nnpot/cell_list.hpp"
#include "nnpot/coulomb_part.hpp"
#include "nnpot/error.hpp"
#include "nnpot/ewald.hpp"
#include "nnpot/model_directory.hpp"
#include "nnpot/real_space.hpp"
#include "nnpot/units.hpp"
#include "reference_potential.hpp"

namespace {

nnpot::Model with_charges(nnpot::Model model, bool full) {
    model.long_range = nnpot::LongRange{full, 0.55, full ? 6.3 : 0.0, {{1, 0.4}, {8, -0.8}}};
    return model;
}

/// Networks and all parts of the Ewald sum, shares of the atoms put together.
reference::EnergyForcesVirial whole(const nnpot::Model& model, const nnpot::Structure& structure) {
    nnpot::Potential potential(model);
    auto result = reference::compute(potential, structure);
    const auto part = nnpot::coulomb_part(structure, *model.long_range);
    result.energy += arma::sum(part.energies);
    result.forces += part.forces;
    result.virial += arma::sum(part.virials, 1);
    return result;
}

/// What the charges alone give, summed by the functions that training uses.
reference::EnergyForcesVirial coulomb(const nnpot::LongRange& long_range, const nnpot::Structure& structure) {
    nnpot::ChargeKinds charges{std::vector<unsigned>(structure.n_atoms(), 0), arma::vec(structure.n_atoms()), 1};
    for (std::size_t i = 0; i < structure.n_atoms(); ++i) {
        charges.weights(i) = long_range.charges.at(structure.atomic_numbers[i]);
    }
    auto split = nnpot::EwaldSplit::with_accuracy(long_range.alpha, 1e-12);
    split.real_cutoff = long_range.real_cutoff;
    nnpot::CoulombSums sums(structure.n_atoms(), 1);
    if (long_range.with_real_space) nnpot::add_real_space(structure, charges, split, sums);
    nnpot::add_reciprocal_space(structure, charges, split, sums);
    nnpot::add_self_term(structure, charges, split, sums);
    return {arma::accu(sums.potentials), sums.fields.slice(0).t(), arma::sum(sums.virials.slice(0), 0).t()};
}

/// What the kernel gives, of all atoms and their images.
struct Shares {
    double energy;
    arma::vec energies, virial;
    arma::mat forces, virials, centroid_virials;
};

/// Atoms and images as a molecular dynamics code holds them, each pair named once, with flags in the indices.
struct HalfNeighbors {
    std::vector<int> types;  ///< atomic numbers
    std::vector<double> positions;
    std::vector<std::size_t> home;  ///< of an image, the atom
    std::vector<std::vector<int>> neighbors;
    static constexpr int flag = 1 << 29;

    HalfNeighbors() = default;

    /// Images of one atom are named from both sides by a full list, as are pairs of atoms: half of them is left out.
    HalfNeighbors(const nnpot::Structure& structure, double cutoff) {
        for (std::size_t i = 0; i < structure.n_atoms(); ++i) {
            add(structure.atomic_numbers[i], structure.positions.col(i));
        }
        const nnpot::NeighborList all = nnpot::build_neighbor_list(structure, cutoff);
        for (std::size_t c = 0; c < all.n_centers(); ++c) {
            const std::size_t i = all.center_index[c];
            for (std::size_t p = all.offsets[c]; p < all.offsets[c + 1]; ++p) {
                const std::size_t j = all.neighbor_index[p];
                const bool second = std::tie(all.dx[p], all.dy[p], all.dz[p]) < std::make_tuple(0.0, 0.0, 0.0);
                if (j < i || (j == i && second)) continue;
                const arma::vec3 away{all.dx[p], all.dy[p], all.dz[p]};
                add(structure.atomic_numbers[j], structure.positions.col(i) + away);
                home.back() = j;
                neighbors[i].push_back(static_cast<int>(types.size() - 1) | flag);
            }
        }
    }

    void add(int atomic_number, const arma::vec3& position) {
        home.push_back(types.size());
        types.push_back(atomic_number);
        positions.insert(positions.end(), position.begin(), position.end());
        neighbors.emplace_back();
    }

    Shares compute(const nnpot::LongRange& long_range, double energy_unit = 1.0) const {
        const std::size_t n = types.size();
        std::vector<double> charges(9, 0.0);
        for (const auto& [number, charge] : long_range.charges) charges.at(static_cast<std::size_t>(number)) = charge;
        std::vector<int> centers, counts;
        std::vector<const int*> lists;
        for (std::size_t i = 0; i < n; ++i) {
            centers.push_back(static_cast<int>(i));
            counts.push_back(static_cast<int>(neighbors[i].size()));
            lists.push_back(neighbors[i].data());
        }
        Shares found{0.0,
                     arma::vec(n, arma::fill::zeros),
                     arma::vec(6, arma::fill::zeros),
                     arma::mat(3, n, arma::fill::zeros),
                     arma::mat(6, n, arma::fill::zeros),
                     arma::mat(9, n, arma::fill::zeros)};
        found.energy =
            nnpot::RealSpace(long_range, charges, energy_unit)
                .compute({n, positions.data(), types.data()}, {n, centers.data(), counts.data(), lists.data(), ~flag},
                         {found.forces.memptr(), found.virial.memptr(), found.energies.memptr(), found.virials.memptr(),
                          found.centroid_virials.memptr()});
        return found;
    }

    /// What images have gathered goes to their atoms.
    arma::mat at_home(const arma::mat& of_all) const {
        arma::mat sums(of_all.n_rows, std::size_t{*std::max_element(home.begin(), home.end())} + 1, arma::fill::zeros);
        for (std::size_t i = 0; i < home.size(); ++i) sums.col(home[i]) += of_all.col(i);
        return sums;
    }
};

/// The message with which a model directory is refused after lines were added to its input.nn, and others taken out.
std::string refusal(const std::string& added, const std::string& removed = "", bool full = true) {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(with_charges(reference::random_model(1), full), directory.name());
    const auto path = directory.path() / "input.nn";
    std::string text = reference::read_text(path);
    if (!removed.empty()) {
        const std::size_t begin = text.find("\n" + removed);
        REQUIRE(begin != std::string::npos);
        text.erase(begin, text.find('\n', begin + 1) - begin);
    }
    reference::write_text(path, added + "\n" + text);
    try {
        (void)nnpot::read_model(directory.name());
    } catch (const nnpot::Error& error) {
        return error.what();
    }
    return "accepted";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("potentials with charges are the networks plus the Ewald sum") {
    const auto structure = reference::water_like(41);
    const nnpot::Model plain = reference::random_model(2);
    nnpot::Potential networks(plain);
    const auto near = reference::compute(networks, structure);
    for (const bool full : {true, false}) {
        const nnpot::Model model = with_charges(plain, full);
        const auto got = whole(model, structure), charged = coulomb(*model.long_range, structure);
        CHECK(std::abs(charged.energy) > 1.0);
        CHECK(got.energy == doctest::Approx(near.energy + charged.energy).epsilon(1e-12));
        CHECK(arma::approx_equal(got.forces, near.forces + charged.forces, "absdiff", 1e-10));
        CHECK(arma::approx_equal(got.virial, near.virial + charged.virial, "absdiff", 1e-9));
    }
}

TEST_CASE("the real-space kernel: any number of neighbors, any distance") {
    const nnpot::LongRange long_range{true, 0.7, 8.0, {{1, 0.4}, {8, -0.8}}};
    for (std::size_t count = 0; count <= 40; ++count) {
        HalfNeighbors atoms;
        atoms.add(8, {0.0, 0.0, 0.0});
        for (std::size_t i = 0; i < count; ++i) {
            const double r = 0.02 + 8.3 * static_cast<double>(i) / 40.0;
            atoms.add(1, {0.6 * r, 0.0, 0.8 * r});
            atoms.neighbors[0].push_back(static_cast<int>(i + 1));
        }
        const Shares got = atoms.compute(long_range);
        double expected = 0.0;
        for (std::size_t i = 1; i <= count; ++i) {
            const double r = 0.02 + 8.3 * static_cast<double>(i - 1) / 40.0, a = long_range.alpha;
            const bool within = r < long_range.real_cutoff;
            const double product = -0.32 * nnpot::coulomb_constant,
                         energy = within ? product * std::erfc(a * r) / r : 0.0;
            const double gaussian = 2.0 * a / std::sqrt(arma::datum::pi) * std::exp(-a * a * r * r);
            const double force = within ? (energy + product * gaussian) / r : 0.0;
            CAPTURE(r);
            CHECK(got.forces(0, i) == doctest::Approx(0.6 * force).epsilon(1e-9));
            CHECK(got.forces(1, i) == 0.0);
            CHECK(got.forces(2, i) == doctest::Approx(0.8 * force).epsilon(1e-9));
            CHECK(got.energies(i) == doctest::Approx(0.5 * energy).epsilon(1e-10));
            expected += energy;
        }
        CHECK(got.energy == doctest::Approx(expected).epsilon(1e-10));
        CHECK(arma::norm(arma::sum(got.forces, 1)) < 1e-9);
    }
}

TEST_CASE("the real-space kernel gives what the sum over a structure gives") {
    const auto structure = reference::water_like(44);
    const nnpot::LongRange long_range{true, 0.55, 6.3, {{1, 0.4}, {8, -0.8}}};
    const HalfNeighbors atoms(structure, 7.0);
    const Shares got = atoms.compute(long_range), doubled = atoms.compute(long_range, 0.5);

    const std::size_t n = structure.n_atoms();
    nnpot::ChargeKinds charges{std::vector<unsigned>(n, 0), arma::vec(n), 1};
    for (std::size_t i = 0; i < n; ++i) charges.weights(i) = long_range.charges.at(structure.atomic_numbers[i]);
    nnpot::CoulombSums sums(n, 1);
    nnpot::add_real_space(structure, charges, {long_range.alpha, long_range.real_cutoff, 0.0}, sums);
    const arma::mat virials = sums.virials.slice(0).t();
    CHECK(got.energy == doctest::Approx(arma::accu(sums.potentials)).epsilon(1e-10));
    CHECK(arma::approx_equal(atoms.at_home(got.energies.t()), sums.potentials.t(), "absdiff", 1e-10));
    CHECK(arma::approx_equal(atoms.at_home(got.forces), sums.fields.slice(0).t(), "absdiff", 1e-10));
    CHECK(arma::approx_equal(got.virial, arma::sum(virials, 1), "absdiff", 1e-9));
    CHECK(arma::approx_equal(atoms.at_home(got.virials), virials, "absdiff", 1e-10));
    const arma::mat centroid = atoms.at_home(got.centroid_virials);
    CHECK(arma::approx_equal(centroid.head_rows(6), virials, "absdiff", 1e-10));
    CHECK(arma::approx_equal(centroid.tail_rows(3), centroid.rows(3, 5), "absdiff", 1e-12));
    CHECK(doubled.energy == doctest::Approx(2.0 * got.energy).epsilon(1e-14));
    CHECK(arma::approx_equal(doubled.forces, 2.0 * got.forces, "reldiff", 1e-13));
}

TEST_CASE("the real-space kernel: types that do not exist do nothing, not even on the place of another atom") {
    const nnpot::LongRange long_range{true, 0.55, 6.3, {{1, 0.4}, {8, -0.8}}};
    HalfNeighbors atoms;
    atoms.add(8, {0.0, 0.0, 0.0});
    atoms.add(0, {0.0, 0.0, 0.0});
    atoms.add(0, {1.0, 0.0, 0.0});
    atoms.neighbors[0] = {1, 2};
    atoms.neighbors[1] = {2};
    const Shares got = atoms.compute(long_range);
    CHECK(got.energy == 0.0);
    CHECK(arma::abs(got.forces).max() == 0.0);
}

TEST_CASE("forces and virials of potentials with charges are the derivatives of their energy") {
    const auto structure = reference::water_like(42);
    for (const bool full : {true, false}) {
        const nnpot::Model model = with_charges(reference::random_model(3), full);
        const auto energy = [&](const nnpot::Structure& moved) { return whole(model, moved).energy; };
        const auto got = whole(model, structure);
        const double h = 1e-4;
        for (const std::size_t atom : {0u, 7u}) {
            for (unsigned d = 0; d < 3; ++d) {
                auto plus = structure, minus = structure;
                plus.positions(d, atom) += h;
                minus.positions(d, atom) -= h;
                const double slope = (energy(plus) - energy(minus)) / (2.0 * h);
                CHECK(got.forces(d, atom) == doctest::Approx(-slope).epsilon(1e-5));
            }
        }
        const unsigned first[6] = {0, 1, 2, 0, 0, 1}, second[6] = {0, 1, 2, 1, 2, 2};
        for (unsigned c = 0; c < 6; ++c) {
            double energies[2];
            for (const int sign : {0, 1}) {
                arma::mat33 strain(arma::fill::eye);
                strain(first[c], second[c]) += 0.5 * (sign ? h : -h);
                strain(second[c], first[c]) += 0.5 * (sign ? h : -h);
                energies[sign] = energy({strain * structure.positions, structure.atomic_numbers,
                                         nnpot::Cell(strain * structure.cell.vectors(), {true, true, true})});
            }
            const double slope = (energies[1] - energies[0]) / (2.0 * h);
            CHECK(got.virial(c) == doctest::Approx(-slope).epsilon(1e-5));
        }
    }
}

TEST_CASE("the cutoff of a potential with charges is that of its functions") {
    const nnpot::Model plain = reference::random_model(1);
    for (const bool full : {true, false}) {
        CHECK(nnpot::Potential(with_charges(plain, full)).cutoff() == nnpot::Potential(plain).cutoff());
    }
    CHECK_FALSE(nnpot::Potential(plain).long_range());
}

TEST_CASE("charges are read back as they were written, to the last digit") {
    for (const bool full : {true, false}) {
        const reference::TemporaryDirectory directory;
        nnpot::Model model = with_charges(reference::random_model(1), full);
        model.long_range->alpha = 1.0 / 3.0;
        model.long_range->charges[1] = -model.long_range->charges[8] / 3.0;
        nnpot::write_model(model, directory.name());
        const nnpot::Model read = nnpot::read_model(directory.name());
        CHECK(read.warnings.empty());
        REQUIRE(read.long_range);
        CHECK(read.long_range->with_real_space == full);
        CHECK(read.long_range->alpha == model.long_range->alpha);
        CHECK(read.long_range->real_cutoff == model.long_range->real_cutoff);
        CHECK(read.long_range->charges == model.long_range->charges);
    }
}

TEST_CASE("lengths of charges are in the units of the file, charges in e") {
    const reference::TemporaryDirectory directory;
    nnpot::write_model(with_charges(reference::random_model(1), true), directory.name());
    std::filesystem::remove(directory.path() / "model.info");
    const auto read = nnpot::read_model(directory.name(), "atomic");
    const double bohr = nnpot::unit_system("atomic").length;
    CHECK(read.long_range->alpha == doctest::Approx(0.55 / bohr));
    CHECK(read.long_range->real_cutoff == doctest::Approx(6.3 * bohr));
    CHECK(read.long_range->charges.at(8) == -0.8);
}

TEST_CASE("wrong charges in input.nn are refused by line") {
    CHECK(refusal("# nothing but a comment") == "accepted");
    CHECK(contains(refusal("long_range fully", "long_range"),
                   "input.nn:1: expected 'long_range full' or 'long_range reciprocal', got 'long_range fully'"));
    CHECK(contains(refusal("long_range full half", "long_range"), "got 'long_range full half'"));
    CHECK(contains(refusal("", "ewald_alpha"), "long_range needs 'ewald_alpha VALUE' as well"));
    CHECK(contains(refusal("ewald_alpha 0", "ewald_alpha"), "input.nn:1: ewald_alpha must be > 0"));
    CHECK(contains(refusal("ewald_alpha nan", "ewald_alpha"), "input.nn:1: "));
    CHECK(contains(refusal("ewald_alpha x", "ewald_alpha"), "expected a number after 'ewald_alpha', got 'x'"));
    CHECK(contains(refusal("ewald_alpha", "ewald_alpha"), "input.nn:1: expected a value after 'ewald_alpha'"));
    CHECK(contains(refusal("", "ewald_real_cutoff"), "long_range needs 'ewald_real_cutoff VALUE' as well"));
    CHECK(contains(refusal("ewald_real_cutoff -6", "ewald_real_cutoff"), "input.nn:1: ewald_real_cutoff must be > 0"));
    CHECK(contains(refusal("ewald_real_cutoff 6", "", false), "input.nn:1: ewald_real_cutoff goes with"));
    CHECK(contains(refusal("", "charge O"), "needs a charge of every element; add 'charge O VALUE'"));
    CHECK(contains(refusal("charge O", "charge O"), "input.nn:1: expected an element and a value after 'charge'"));
    CHECK(contains(refusal("charge O -l", "charge O"), "input.nn:1: expected a number, got '-l'"));
    CHECK(contains(refusal("charge O inf", "charge O"), "input.nn:1: expected a number, got 'inf'"));
    CHECK(contains(refusal("charge Si 0.5"), "input.nn:1: element 'Si' is not among"));
    CHECK(contains(refusal("charge H 0.5"), "charge of H stands in line 1 already"));
    CHECK(contains(refusal("", "long_range"), "charge stands without long_range"));
}

TEST_CASE("models with charges that make no sense are not written, and their atoms not without a cell") {
    const reference::TemporaryDirectory directory;
    nnpot::Model model = with_charges(reference::random_model(1), true);
    const auto refused = [&](const std::function<void(nnpot::LongRange&)>& change) {
        nnpot::Model changed = model;
        change(*changed.long_range);
        CHECK_THROWS_AS(nnpot::write_model(changed, directory.name()), nnpot::InvalidInput);
        CHECK_THROWS_AS(nnpot::Potential{changed}, nnpot::InvalidInput);
    };
    refused([](auto& charges) { charges.alpha = 0.0; });
    refused([](auto& charges) { charges.alpha = std::nan(""); });
    refused([](auto& charges) { charges.real_cutoff = 0.0; });
    refused([](auto& charges) { charges.with_real_space = false; });
    refused([](auto& charges) { charges.charges.erase(8); });
    refused([](auto& charges) { charges.charges[8] = std::nan(""); });
    auto slab = reference::water_like(43);
    slab.cell = nnpot::Cell(slab.cell.vectors(), {true, true, false});
    CHECK_THROWS_WITH_AS((void)nnpot::coulomb_part(slab, *model.long_range),
                         doctest::Contains("periodic in all three directions"), nnpot::InvalidInput);
    slab.atomic_numbers[0] = 14;
    CHECK_THROWS_WITH_AS((void)nnpot::coulomb_part(slab, *model.long_range), doctest::Contains("'Si' has no charge"),
                         nnpot::UnknownElement);
}
