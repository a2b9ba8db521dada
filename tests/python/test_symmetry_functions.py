"""Products with the Jacobian of the symmetry functions: against the Jacobian and central differences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from numpy.typing import NDArray
from structures import structure

import nnpot
from nnpot import InvalidInputError, SymmetryFunctions, _core

Array = NDArray[np.float64]

LINES = [  # Si has two functions more than O
    "Si 2 Si 0.3 0.0 4.6",
    "Si 2 O 2.0 1.8 4.6",
    "Si 3 Si O 0.02 -1.0 2.0 4.6",
    "Si 9 O O 0.1 1.0 1.0 4.6 0.4",
    "O 2 Si 0.3 0.0 4.6",
    "O 3 Si Si 0.05 1.0 4.0 4.6",
]
STEP = 1e-3
"""Å for positions, 1 for strain."""


@pytest.fixture(scope="module")
def functions() -> SymmetryFunctions:
    """With a cutoff function whose derivatives are continuous, for differences."""
    return SymmetryFunctions(["O", "Si"], LINES, cutoff_type=6)


def arguments(atoms: Atoms) -> tuple[Any, ...]:
    return atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc


def weights_for(functions: SymmetryFunctions, atoms: Atoms) -> Array:
    """Random, and not 0 either in the columns that an element does not have."""
    return np.random.default_rng(1).normal(size=functions.values(*arguments(atoms)).shape)


def direction_for(atoms: Atoms) -> Array:
    return np.random.default_rng(2).normal(size=(len(atoms), 3))


def dense_jacobian(functions: SymmetryFunctions, atoms: Atoms) -> Array:
    """Shape (n, F, n, 3): dG[i, f] / dr[j]."""
    values, center, neighbor, gradient, _ = functions.jacobian(*arguments(atoms))
    dense = np.zeros((len(atoms), len(atoms), values.shape[1], 3))
    np.add.at(dense, (center, neighbor), gradient)
    return dense.transpose(0, 2, 1, 3)


def moved(atoms: Atoms, displacement: Array) -> Atoms:
    copy = atoms.copy()
    copy.positions += displacement
    return copy


def strained(atoms: Atoms, strain: Array) -> Atoms:
    copy = atoms.copy()
    copy.set_cell(atoms.cell.array @ (np.eye(3) + strain))
    copy.positions = atoms.positions @ (np.eye(3) + strain)
    return copy


def derivative(function: Callable[[float], Any]) -> Any:
    """Slope at 0 by central differences of fourth order."""
    near, far = function(STEP) - function(-STEP), function(2 * STEP) - function(-2 * STEP)
    return (8 * near - far) / (12 * STEP)


def test_vjp_is_the_weights_times_the_jacobian(functions: SymmetryFunctions, any_structure: Atoms) -> None:
    weights = weights_for(functions, any_structure)
    gradient, _ = functions.vjp(*arguments(any_structure), weights)
    expected = np.einsum("if,ifjk->jk", weights, dense_jacobian(functions, any_structure))
    assert np.abs(expected).max() > 0.1, "too small to test anything"
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def test_vectors_of_the_jacobian_give_the_derivative_by_strain(
    functions: SymmetryFunctions, any_structure: Atoms
) -> None:
    weights = weights_for(functions, any_structure)
    _, center, neighbor, gradient, vector = functions.jacobian(*arguments(any_structure))
    strain = np.einsum("pf,pfk,pj->jk", weights[center], gradient, vector)
    _, expected = functions.vjp(*arguments(any_structure), weights)
    assert np.abs(expected).max() > 0.1, "too small to test anything"
    np.testing.assert_allclose(strain, expected, rtol=0, atol=1e-11 * np.abs(expected).max())
    own = np.flatnonzero(np.diff(center, prepend=-1))
    assert not vector[own].any() and (neighbor[own] == center[own]).all()


def test_jvp_is_the_jacobian_times_the_displacement(
    functions: SymmetryFunctions, any_structure: Atoms
) -> None:
    direction = direction_for(any_structure)
    change = functions.jvp(*arguments(any_structure), direction)
    expected = np.einsum("ifjk,jk->if", dense_jacobian(functions, any_structure), direction)
    assert np.abs(expected).max() > 0.1, "too small to test anything"
    np.testing.assert_allclose(change, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def test_the_products_are_adjoint(functions: SymmetryFunctions, any_structure: Atoms) -> None:
    weights, direction = weights_for(functions, any_structure), direction_for(any_structure)
    gradient, of_strain = functions.vjp(*arguments(any_structure), weights)
    change = functions.jvp(*arguments(any_structure), direction)
    assert np.vdot(weights, change) == pytest.approx(np.vdot(gradient, direction), rel=1e-11, abs=1e-11)
    strain = np.random.default_rng(4).normal(size=(3, 3))
    change = functions.jvp(*arguments(any_structure), direction, strain)
    expected = np.vdot(gradient, direction) + np.vdot(of_strain, strain)
    assert np.vdot(weights, change) == pytest.approx(expected, rel=1e-11, abs=1e-11)


def test_vjp_against_differences(functions: SymmetryFunctions, any_structure: Atoms) -> None:
    weights = weights_for(functions, any_structure)

    def weighted(atoms: Atoms) -> float:
        return float(np.vdot(weights, functions.values(*arguments(atoms))))

    gradient, strain = functions.vjp(*arguments(any_structure), weights)
    for atom, axis in ((0, 0), (1, 1), (len(any_structure) - 1, 2)):
        step = np.zeros((len(any_structure), 3))
        step[atom, axis] = 1.0
        slope = derivative(lambda d, step=step: weighted(moved(any_structure, d * step)))
        assert gradient[atom, axis] == pytest.approx(slope, rel=1e-6, abs=1e-7)
    for row, column in ((0, 0), (1, 2), (2, 0)):
        step = np.zeros((3, 3))
        step[row, column] = 1.0
        slope = derivative(lambda d, step=step: weighted(strained(any_structure, d * step)))
        assert strain[row, column] == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_jvp_against_differences(functions: SymmetryFunctions, any_structure: Atoms) -> None:
    direction = direction_for(any_structure)
    change = functions.jvp(*arguments(any_structure), direction)
    expected = derivative(lambda d: functions.values(*arguments(moved(any_structure, d * direction))))
    np.testing.assert_allclose(change, expected, rtol=1e-6, atol=1e-7)


def test_jvp_along_a_strain_against_differences(functions: SymmetryFunctions, any_structure: Atoms) -> None:
    strain = np.random.default_rng(4).normal(size=(3, 3))
    still = np.zeros((len(any_structure), 3))
    change = functions.jvp(*arguments(any_structure), still, strain)
    expected = derivative(lambda d: functions.values(*arguments(strained(any_structure, 0.1 * d * strain))))
    assert np.abs(expected).max() > 0.1, "too small to test anything"
    np.testing.assert_allclose(change, 10.0 * expected, rtol=1e-6, atol=1e-6)


def test_columns_that_an_element_does_not_have_count_for_nothing(functions: SymmetryFunctions) -> None:
    atoms = structure("liquid")
    weights = weights_for(functions, atoms)
    oxygen = atoms.numbers == 8
    expected = functions.vjp(*arguments(atoms), weights)
    assert not functions.jvp(*arguments(atoms), direction_for(atoms))[oxygen, 2:].any()
    weights[oxygen, 2:] = np.nan
    for got, wanted in zip(functions.vjp(*arguments(atoms), weights), expected, strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_vjp_with_the_slopes_of_a_network_gives_forces_and_virial(functions: SymmetryFunctions) -> None:
    """A network of one linear layer has the same slopes everywhere: its weights."""
    atoms = structure("triclinic")
    random = np.random.default_rng(3)
    slopes = {symbol: random.normal(size=len(functions.functions(symbol))) for symbol in ("O", "Si")}
    scaling = {symbol: np.tile([0.0, 1.0, 0.5, 1.0], (len(slopes[symbol]), 1)) for symbol in slopes}
    networks = {symbol: [(slope[:, None], np.zeros(1), "l")] for symbol, slope in slopes.items()}
    offsets = dict.fromkeys(slopes, 0.0)
    model = _core.Model(
        elements=["O", "Si"],
        cutoff_type=6,
        cutoff_alpha=0.0,
        functions=LINES,
        scaling_mode="none",
        scaling=scaling,
        scale_min=0.0,
        scale_max=1.0,
        networks=networks,
        atom_energies=offsets,
        info={},
    )
    prediction = nnpot.Potential(model).predict(atoms)
    weights = np.zeros((len(atoms), 4))
    for symbol, slope in slopes.items():
        weights[atoms.symbols == symbol, : len(slope)] = slope
    gradient, strain = functions.vjp(*arguments(atoms), weights)
    np.testing.assert_allclose(gradient, -prediction.forces, rtol=0, atol=1e-12)
    np.testing.assert_allclose(strain, -prediction.virial, rtol=0, atol=1e-12)


def test_no_atoms_and_one_atom(functions: SymmetryFunctions) -> None:
    for atoms in (Atoms(), Atoms("Si")):
        gradient, strain = functions.vjp(*arguments(atoms), np.ones((len(atoms), 4)))
        assert gradient.shape == (len(atoms), 3)
        assert not gradient.any() and not strain.any()
        assert not functions.jvp(*arguments(atoms), np.ones((len(atoms), 3))).any()


@pytest.mark.parametrize(
    ("numbers", "got"),
    [
        ([14.5, 8.0], "expected atomic numbers of an integer type, got float64"),
        ([14.0, 8.0], "expected atomic numbers of an integer type, got float64"),
        ([True, True], "expected atomic numbers of an integer type, got bool"),
        (["Si", "O"], "expected atomic numbers of an integer type, got <U2"),
        ([14, -8], "expected atomic numbers from 1 to 118, got -8"),
        ([14, 119], "expected atomic numbers from 1 to 118, got 119"),
        ([[14, 8]], r"expected an array of shape \(n,\)"),
        ([14, [8]], r"expected an array of shape \(n,\)|integer type"),
    ],
)
def test_atomic_numbers_are_whole_and_those_of_elements(
    functions: SymmetryFunctions, potential: nnpot.Potential, numbers: list[object], got: str
) -> None:
    positions, cell, pbc = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 2.0]]), np.zeros((3, 3)), [False] * 3
    with pytest.raises(InvalidInputError, match=f"numbers: {got}"):
        functions.values(positions, numbers, cell, pbc)
    if np.ndim(numbers[0]) == 0 and np.ndim(numbers[1]) == 0:
        atoms = Atoms("SiO", positions=positions)
        atoms.arrays["numbers"] = np.array(numbers)
        with pytest.raises(InvalidInputError, match=f"numbers: {got}"):
            potential.predict(atoms)


@pytest.mark.parametrize("kind", [list, np.int32, np.uint8, np.int64])
def test_atomic_numbers_are_of_any_integer_type(functions: SymmetryFunctions, kind: type) -> None:
    positions, cell, pbc = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 2.0]]), np.zeros((3, 3)), [False] * 3
    numbers = [14, 8] if kind is list else np.array([14, 8], kind)
    assert functions.values(positions, numbers, cell, pbc).any()


def test_shapes_that_do_not_fit_are_refused(functions: SymmetryFunctions) -> None:
    atoms = structure("crystal")
    n = len(atoms)
    with pytest.raises(InvalidInputError, match=r"weights: expected an array of shape \(n, 4\)"):
        functions.vjp(*arguments(atoms), np.ones((n, 3)))
    with pytest.raises(InvalidInputError, match=f"weights: expected 4 values for each of {n} atoms"):
        functions.vjp(*arguments(atoms), np.ones((n + 1, 4)))
    with pytest.raises(InvalidInputError, match=r"displacement: expected an array of shape \(n, 3\)"):
        functions.jvp(*arguments(atoms), np.ones((n, 4)))
    with pytest.raises(InvalidInputError, match=f"displacement: expected 3 values for each of {n} atoms"):
        functions.jvp(*arguments(atoms), np.ones((n - 1, 3)))
    with pytest.raises(InvalidInputError, match=r"strain: expected an array of shape \(3, 3\)"):
        functions.jvp(*arguments(atoms), np.ones((n, 3)), np.ones(6))


@pytest.mark.parametrize("name", ["model", "smooth_model", "compact_model"])
def test_those_of_a_potential_are_what_its_networks_see(name: str, request: pytest.FixtureRequest) -> None:
    """Energies from the values, by numpy: scaling and networks written out."""
    model: _core.Model = request.getfixturevalue(name)
    potential = nnpot.Potential(model)
    functions = potential.symmetry_functions()
    assert (functions.elements, functions.cutoff) == (potential.elements, potential.cutoff)
    atoms = structure("liquid")
    values = functions.values(*arguments(atoms))
    for i, energy in enumerate(potential.predict(atoms).atomic_energies):
        element = atoms.symbols[i]
        assert functions.functions(element) == model.functions(element)
        low, high, mean, sigma = model.scaling(element).T
        width = sigma if name == "smooth_model" else high - low
        nodes = (values[i, : len(mean)] - mean) / width
        for weights, biases, letter in model.network(element):
            nodes = nodes @ weights + biases
            nodes = {"t": np.tanh, "p": lambda x: np.logaddexp(0.0, x), "l": np.asarray}[letter](nodes)
        assert energy == pytest.approx(nodes[0] + model.atom_energies[element], rel=1e-12)


def test_those_of_a_potential_have_its_cutoff_function(tmp_path: Path) -> None:
    """Type and alpha come from the file, lengths in its units."""
    scaling = np.tile([0.0, 9.0, 1.0, 1.0], (1, 1))
    network = [(np.ones((1, 1)), np.zeros(1), "l")]
    model = _core.Model(
        elements=["Si"],
        cutoff_type=7,
        cutoff_alpha=0.3,
        functions=["Si 1 Si 8.0"],
        scaling_mode="none",
        scaling={"Si": scaling},
        scale_min=0.0,
        scale_max=1.0,
        networks={"Si": network},
        atom_energies={"Si": 0.0},
        info={},
    )
    model.write(str(tmp_path))
    (tmp_path / "model.info").unlink()
    potential = nnpot.load(tmp_path, "atomic")
    radius = 8.0 * 0.529177210903
    functions = potential.symmetry_functions()
    assert functions.cutoff == pytest.approx(radius, rel=1e-12)
    for distance in (1.2, 2.0, 3.7):
        pair = Atoms("Si2", positions=[[0, 0, 0], [0, 0, distance]])
        x = max(0.0, (distance - 0.3 * radius) / (0.7 * radius))
        expected = (x * (x * (20 * x - 70) + 84) - 35) * x**4 + 1
        np.testing.assert_allclose(functions.values(*arguments(pair)), expected, rtol=1e-12)
