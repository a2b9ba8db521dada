"""``NNPOT_ANGULAR_SUMS``: moments and pairs of neighbours give the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from numpy.typing import NDArray
from precision_bounds import deviations
from random_model import random_model
from reference_models import NAMES, reference_model

from nnpot import InvalidInputError, Potential, SymmetryFunctions
from nnpot import load as load_potential
from nnpot.descriptors import automatic_lines
from nnpot.descriptors.settings import AutomaticSet
from nnpot.io import read_frames
from nnpot.structures import structure_of

SHARED = Path(__file__).resolve().parents[3] / "shared/data"

Summed = Callable[[str, Callable[[], Potential]], Potential]


@pytest.fixture
def summed(monkeypatch: pytest.MonkeyPatch) -> Summed:
    """A potential made under one value of the environment variable."""

    def make(sums: str, potential: Callable[[], Potential]) -> Potential:
        with monkeypatch.context() as context:
            context.setenv("NNPOT_ANGULAR_SUMS", sums)
            return potential()

    return make


def functions(
    monkeypatch: pytest.MonkeyPatch, sums: str, lines: list[str], elements: list[str]
) -> SymmetryFunctions:
    with monkeypatch.context() as context:
        context.setenv("NNPOT_ANGULAR_SUMS", sums)
        return SymmetryFunctions(elements, lines, 2)


def require_equal(a: NDArray[np.float64], b: NDArray[np.float64], relative: float) -> None:
    """Differences are at most this share of the largest number."""
    assert np.abs(a - b).max() <= relative * np.abs(a).max()


def water() -> Atoms:
    """Twelve molecules in a small cell."""
    random = np.random.default_rng(4)
    positions = []
    for corner in np.ndindex(2, 2, 3):
        axes, _ = np.linalg.qr(random.normal(size=(3, 3)))
        oxygen = 3.1 * np.array(corner) + random.normal(0.0, 0.15, 3)
        positions += [oxygen, oxygen + 0.97 * axes[0], oxygen - 0.24 * axes[0] + 0.94 * axes[1]]
    return Atoms("OH2" * 12, positions=positions, cell=[6.2, 6.2, 9.3], pbc=True)


def silicon() -> Atoms:
    atoms = bulk("Si", cubic=True)
    atoms.rattle(0.15, seed=3)
    return atoms


@pytest.mark.parametrize("resolution", ["coarse", "medium", "fine"])
@pytest.mark.parametrize("frame", [silicon(), water()], ids=["silicon", "water"])
def test_automatic_sets_have_the_same_values_and_derivatives(
    resolution: Literal["coarse", "medium", "fine"], frame: Atoms, monkeypatch: pytest.MonkeyPatch
) -> None:
    elements = sorted(set(frame.get_chemical_symbols()), key=["H", "O", "Si"].index)
    lines = automatic_lines(elements, 5.0, options=AutomaticSet(resolution=resolution))
    pairs, moments = (functions(monkeypatch, sums, lines, elements) for sums in ("pairs", "moments"))
    of_frame = structure_of(frame)
    for a, b in zip(pairs.jacobian(of_frame), moments.jacobian(of_frame), strict=True):
        require_equal(np.asarray(a, float), np.asarray(b, float), 1e-12)
    random = np.random.default_rng(1)
    displacement, strain = random.normal(size=(len(frame), 3)), random.normal(size=(3, 3))
    weights = random.normal(size=pairs.values(of_frame).shape)
    require_equal(
        pairs.jvp(of_frame, displacement, strain), moments.jvp(of_frame, displacement, strain), 1e-12
    )
    for a, b in zip(pairs.vjp(of_frame, weights), moments.vjp(of_frame, weights), strict=True):
        require_equal(a, b, 1e-12)


@pytest.mark.parametrize("frame", [silicon(), water()], ids=["silicon", "water"])
def test_mixed_precision_stays_within_its_bounds(frame: Atoms, summed: Summed) -> None:
    elements = sorted(set(frame.get_chemical_symbols()), key=["H", "O", "Si"].index)
    lines = automatic_lines(elements, 5.0, options=AutomaticSet(resolution="fine"))
    model = random_model([frame], lines, 2, "t", "center", 7)
    double = summed("moments", lambda: Potential(model))
    mixed = summed("moments", lambda: Potential(model, precision="mixed"))
    said = deviations(double, mixed, frame)
    assert said.found.any()
    assert (said.of_what_holds_everywhere < 1.0).all(), said


@pytest.mark.parametrize("name", NAMES)
def test_models_of_all_kinds_say_the_same(name: str, summed: Summed) -> None:
    case = reference_model(name)
    pairs, moments = (
        summed(sums, lambda: load_potential(case.folder, case.units)) for sums in ("pairs", "moments")
    )
    a, b = pairs.predict(case.atoms), moments.predict(case.atoms)
    assert abs(a.energy - b.energy) <= 1e-12 * abs(a.energy)
    require_equal(a.forces, b.forces, 1e-12)
    require_equal(a.virial, b.virial, 1e-12)


def test_the_published_potential_with_wide_functions_says_the_same(summed: Summed) -> None:
    folder = SHARED / "n2p2/Cu2S_PBE"
    if not folder.is_dir():
        pytest.skip(f"no published potential in {folder}")
    pairs, moments = (summed(sums, lambda: load_potential(folder, "metal")) for sums in ("pairs", "moments"))
    frame = read_frames(folder / "input.data", "metal")[0]
    a, b = pairs.predict(frame), moments.predict(frame)
    assert abs(a.energy - b.energy) <= 1e-11 * len(frame)
    require_equal(a.forces, b.forces, 1e-10)


def test_other_names_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        InvalidInputError, match="NNPOT_ANGULAR_SUMS: expected automatic, pairs or moments, got 'x'"
    ):
        functions(monkeypatch, "x", ["Si 9 Si Si 0.0 1.0 4.0 5.0"], ["Si"])
