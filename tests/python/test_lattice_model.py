"""The energy of the lattice model against the document's equations, its symmetries and its gradients."""

from __future__ import annotations

import numpy as np
import pytest
from lattice_reference import FORMS as REFERENCES
from lattice_reference import energy as reference_energy
from lattice_reference import modified_lennard_jones
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError
from nnpot.lattice.model import COUNTS, FORMS, Count, Form, LatticeModel, LatticePotential

Array = NDArray[np.float64]
CELLS = {  # dimensions, particles, width, depth
    "1-D": (1, 3, 2.5, 2),
    "2-D": (2, 4, 3.0, 1),
    "2-D narrow": (2, 2, 1.5, 2),
    "2-D wide": (2, 6, 5.0, 1),
    "3-D": (3, 3, 2.5, 1),
    "4-D": (4, 2, 1.6, 1),
}


def random_cell(name: str, seed: int = 0) -> tuple[Array, float, int]:
    """Particles in a cell, none too close to another."""
    dimensions, particles, width, depth = CELLS[name]
    random = np.random.default_rng(seed)
    while True:
        positions = random.uniform(0.0, width, (particles, dimensions))
        between = positions[:, None] - positions
        between -= width * np.round(between / width)
        distances = np.linalg.norm(between, axis=2)[np.triu_indices(particles, 1)]
        if distances.min() > 0.6:
            return positions, width, depth


def energy_of(model: LatticeModel, positions: Array, width: float, depth: int | None = None) -> float:
    return float(model.energies(positions[None], [width], depth)[0])


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("count", COUNTS)
def test_energies_are_those_of_equation_9(name: str, count: Count) -> None:
    positions, width, depth = random_cell(name)
    expected = reference_energy(
        positions, width, depth, modified_lennard_jones, invariant=count == "invariant"
    )
    assert abs(expected) > 0.001, "too little interaction to test anything"
    found = energy_of(LatticeModel(count=count), positions, width, depth)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("form", FORMS[1:])
@pytest.mark.parametrize("name", ["2-D", "3-D"])
def test_energies_of_rejected_forms_are_those_of_equation_5(name: str, form: Form) -> None:
    positions, width, depth = random_cell(name, seed=3)
    expected = reference_energy(positions, width, depth, REFERENCES[form], pairs=False)
    found = energy_of(LatticeModel(LatticePotential(form=form)), positions, width, depth)
    assert found == pytest.approx(expected, rel=1e-12)


def test_other_parameters_are_those_of_the_corrected_equation_10() -> None:
    positions, width, depth = random_cell("2-D")
    values = {"energy": 2.5, "distance": 1.3, "cutoff": 2.2, "exponent": 5}
    expected = reference_energy(
        positions,
        width,
        depth,
        lambda *sides: modified_lennard_jones(*sides, e_c=2.5, r_c=1.3, r_0=2.2, n=5),
    )
    found = energy_of(LatticeModel(LatticePotential(**values)), positions, width, depth)  # type: ignore[arg-type]
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ["2-D", "3-D"])
@pytest.mark.parametrize("count", COUNTS)
def test_translation_and_permutation_change_nothing(name: str, count: Count) -> None:
    positions, width, depth = random_cell(name)
    model = LatticeModel(count=count)
    expected = energy_of(model, positions, width, depth)
    moved = positions + np.linspace(0.3, -1.7, positions.shape[1])
    assert energy_of(model, moved, width, depth) == pytest.approx(expected, rel=1e-12)
    assert energy_of(model, positions[::-1], width, depth) == pytest.approx(expected, rel=1e-12)


def test_the_image_of_a_particle_matters_to_the_count_of_the_document_alone() -> None:
    positions, width, _ = random_cell("2-D")
    moved = positions.copy()
    moved[0] += [width, -width]
    documents, invariant = (
        [energy_of(LatticeModel(count=count), r, width, 3) for r in (positions, moved)] for count in COUNTS
    )
    assert invariant[0] == pytest.approx(invariant[1], rel=1e-12)
    assert abs(documents[0] - documents[1]) > 0.01


@pytest.mark.parametrize("exponent", [6, 4])
def test_energy_and_slope_vanish_at_the_cutoff(exponent: int) -> None:
    model = LatticeModel(LatticePotential(cutoff=1.9, exponent=exponent))
    h = 1e-6
    below = model.core.pair_energies([1.9 - h, 1.9 - 2 * h])
    assert abs(below[0]) < 1e-10  # quadratic in h
    assert abs(below[1] - below[0]) / h < 1e-4
    assert (model.core.pair_energies([1.9, 2.0, 50.0]) == 0.0).all()
    assert (model.core.triplet_energies([[1.91, 1.9, 1.9], [1.0, 2.4, 2.4]]) == 0.0).all()


def test_the_minimum_is_that_of_the_document() -> None:
    energies = LatticeModel().core.pair_energies(np.linspace(0.9, 1.1, 20001))
    assert energies.min() == pytest.approx(-0.88, abs=0.005)
    for form in FORMS[1:]:
        model = LatticeModel(LatticePotential(form=form))
        sides = np.repeat(np.linspace(0.9, 1.1, 2001)[:, None], 3, axis=1)
        found = model.core.triplet_energies(sides)
        assert found.min() == pytest.approx(-1.0, abs=1e-6)
        assert sides[found.argmin(), 0] == pytest.approx(1.0, abs=2e-4)


@pytest.mark.parametrize(("width", "depth"), [(1.5, 2), (2.9, 2), (3.0, 1), (5.0, 1), (0.7, 5)])
def test_the_required_depth_is_enough(width: float, depth: int) -> None:
    model = LatticeModel()
    assert model.depths([width]) == [depth]
    n_points = 20_000 if width > 2.0 else 50  # in wide cells few have neighbors across a whole cell
    positions = np.random.default_rng(5).uniform(0.0, width, (n_points, 3, 2))
    enough = model.energies(positions, width)
    np.testing.assert_array_equal(enough, model.energies(positions, width, depth + 2))
    assert (enough != model.energies(positions, width, depth - 1)).any()


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize(
    ("name", "form"),
    # On a line areas are 0 and have no derivative: only the first form there.
    [("1-D", FORMS[0]), *((name, form) for name in ("2-D", "2-D narrow", "3-D") for form in FORMS)],
)
def test_gradients_are_derivatives(name: str, form: Form, count: Count) -> None:
    positions, width, depth = random_cell(name, seed=8)
    model = LatticeModel(LatticePotential(form=form), count)
    energies, by_position, by_width = model.gradients(positions[None], [width], depth)
    np.testing.assert_allclose(energies, model.energies(positions[None], [width], depth), rtol=1e-12)
    h = 1e-5
    expected = np.zeros_like(positions)
    for index in np.ndindex(positions.shape):
        step = np.zeros_like(positions)
        step[index] = h
        up, down = model.energies(np.array([positions + step, positions - step]), width, depth)
        expected[index] = (up - down) / (2.0 * h)
    up, down = (energy_of(model, positions, w, depth) for w in (width + h, width - h))
    assert np.abs(expected).max() > 0.1, "too flat to test anything"
    scale = np.abs(expected).max()
    np.testing.assert_allclose(by_position[0], expected, rtol=1e-6, atol=1e-7 * scale)
    assert by_width[0] == pytest.approx((up - down) / (2.0 * h), rel=1e-6, abs=1e-7 * scale)


def test_a_batch_is_the_same_with_any_number_of_threads() -> None:
    positions = np.random.default_rng(1).uniform(0.0, 4.0, (100, 5, 2))
    one, four = (LatticeModel(threads=threads).energies(positions, 4.0) for threads in (1, 4))
    np.testing.assert_array_equal(one, four)
    assert np.isfinite(one).all()


def test_wrong_input_is_one_clear_line() -> None:
    model = LatticeModel()
    with pytest.raises(InvalidInputError, match="configuration 1: particles 0 and 1 .* same place"):
        model.energies([[[0.1, 0.2], [1.0, 1.0]], [[0.5, 0.5], [0.5, 0.5]]], 5.0)
    with pytest.raises(InvalidInputError, match="width of the cell must be finite and > 0, got -1"):
        model.energies([[[0.1, 0.2]]], -1.0, 1)
    with pytest.raises(InvalidInputError, match="expected finite positions"):
        model.energies([[[0.1, float("nan")]]], 5.0)
    with pytest.raises(InvalidInputError, match="expected one for each of 1 configurations"):
        model.energies([[[0.1, 0.2]]], [5.0, 6.0])
    with pytest.raises(InvalidInputError, match="no cutoff"):
        LatticeModel(LatticePotential(form="equation-7")).energies([[[0.1, 0.2]]], 5.0)


@pytest.mark.parametrize(
    ("positions", "width", "depth", "message"),
    [
        ([[0.1, 0.2], [1.5, 1e11]], 2.0, None, "configuration 0: expected in the cell of width 2 or within"),
        ([[0.1, 0.2], [1.5, -1e11]], 2.0, 1, "configuration 0: expected in the cell"),
        ([[1e-4, 2e-4]], 1e-3, None, r"at most 20000 images around a particle, got about 3\.6e\+07"),
        ([[1e-13, 2e-13]], 1e-12, None, "the width of the cell must be at least"),
        ([[0.1] * 12], 1.0, 1, r"at most 20000 images .* 12 dimensions"),
        ([[0.1, 0.2]], float("inf"), 1, "width of the cell must be finite"),
    ],
)
def test_cells_with_too_many_images_are_refused_at_once(
    positions: list[list[float]], width: float, depth: int | None, message: str
) -> None:
    model = LatticeModel(threads=1)
    for compute in (model.energies, model.gradients):
        with pytest.raises(InvalidInputError, match=message):
            compute([positions], width, depth)


def test_a_depth_beyond_the_reach_costs_nothing_and_without_a_cutoff_it_counts() -> None:
    positions = [[[0.5, 0.5], [2.5, 2.7]]]
    one, many = (LatticeModel(threads=1).energies(positions, 5.0, depth) for depth in (1, 1000))
    assert one == pytest.approx(many, rel=1e-12)
    with pytest.raises(InvalidInputError, match="at most 20000 images"):
        LatticeModel(LatticePotential(form="equation-7"), threads=1).energies(positions, 5.0, 1000)
