"""Direct force models: symmetries, files, warnings, the ASE calculator, what is measured."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.singlepoint import SinglePointCalculator
from ase.neighborlist import neighbor_list
from click.testing import CliRunner
from command_line import run
from direct_force_models import KINDS, random_direct_forces
from structures import NAMES, structure

import nnpot
from nnpot import _core
from nnpot.analysis.force_checks import random_rotation, rotated
from nnpot.cli.measure_forces import command
from nnpot.errors import FileFormatError, InvalidInputError, NonConservativeWarning, UnknownElementError
from nnpot.io import write_frames, write_runner_data
from nnpot.models.direct_forces import DirectForces, Features, Measured, write_direct_forces
from nnpot.models.direct_forces.features import evenly_chosen

FRAMES = [structure(name) for name in NAMES]
TOLERANCE = 1e-10
MEASURED = Measured(1.5, 300.0, 1.0, 0.01, 0.0, "kinetic energy plus that of nothing")


@pytest.fixture(scope="module", params=KINDS)
def direct(request: pytest.FixtureRequest) -> DirectForces:
    """A model of each kind."""
    return random_direct_forces(request.param, FRAMES)


@pytest.fixture(scope="module")
def equivariant() -> DirectForces:
    """One whose forces turn with the atoms."""
    return random_direct_forces("equivariant", FRAMES)


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Largest, relative to the largest."""
    assert np.abs(first).max() > 0.1, "forces too small to test anything"
    return float(np.abs(first - second).max() / np.abs(first).max())


def test_features_are_sums_over_neighbors_also_in_cells_smaller_than_the_cutoff(any_structure: Atoms) -> None:
    eta, shift, cutoff, stretch = 0.7, 1.2, 4.0, 1.5
    features = nnpot.ForceFeatures(["O", "Si"], [(eta, shift)], cutoff)
    where = (any_structure.positions, any_structure.numbers, any_structure.cell.array, any_structure.pbc)
    i, j, vectors = neighbor_list("ijD", any_structure, cutoff * stretch)
    units = vectors / np.linalg.norm(vectors, axis=1)[:, None]

    def summed(distances: np.ndarray, what: np.ndarray) -> np.ndarray:
        """(n, elements, ...)"""
        within = np.where(distances < cutoff, 0.5 * (np.cos(np.pi * distances / cutoff) + 1.0), 0.0)
        weights = np.exp(-eta * (distances - shift) ** 2) * within
        result = np.zeros((len(any_structure), 2, *what.shape[1:]))
        column = (any_structure.numbers[j] == 14).astype(int)
        np.add.at(result, (i, column), weights.reshape(-1, *[1] * (what.ndim - 1)) * what)
        return result

    distances, ones = np.linalg.norm(vectors, axis=1), np.ones(len(vectors))
    np.testing.assert_allclose(features.spheres(*where), summed(distances, ones), atol=1e-12)
    np.testing.assert_allclose(features.vectors(*where), summed(distances, units), atol=1e-12)
    stretched = [
        np.linalg.norm(vectors / np.where(np.arange(3) == axis, stretch, 1.0), axis=1) for axis in range(3)
    ]
    expected = np.concatenate([summed(lengths, ones) for lengths in stretched], axis=1)
    np.testing.assert_allclose(features.ellipsoids(*where, np.eye(3), stretch), expected, atol=1e-12)


@pytest.mark.parametrize("of", [1, 2, 7, 10])
def test_as_many_are_chosen_as_are_asked_for(of: int) -> None:
    for n in range(of + 2):
        chosen = evenly_chosen(n, of)
        assert len(set(chosen)) == len(chosen) == min(n, of)
        assert set(chosen) <= set(range(of))
        assert not chosen or chosen[0] == 0


def test_impossible_features_are_refused_by_name() -> None:
    with pytest.raises(InvalidInputError, match="eta"):
        nnpot.ForceFeatures(["Si"], [(-1.0, 0.0)], 4.0)
    with pytest.raises(InvalidInputError, match="gaussians"):
        nnpot.ForceFeatures(["Si"], [(1.0, 0.0, 3.0)], 4.0)
    with pytest.raises(InvalidInputError, match="products"):
        Features(
            "equivariant", ("Si",), np.array([(1.0, 0.0)]), 4.0, functions=("Si 2 Si 0.3 0 4",), products=(1,)
        )


@pytest.mark.parametrize("reflect", [False, True])
def test_equivariant_forces_turn_with_the_atoms(
    equivariant: DirectForces, any_structure: Atoms, reflect: bool
) -> None:
    matrix = random_rotation(np.random.default_rng(4)) * (-1.0 if reflect else 1.0)
    turned = equivariant.predict(rotated(any_structure, matrix)) @ matrix
    assert difference(equivariant.predict(any_structure), turned) < TOLERANCE


@pytest.mark.parametrize("kind", ["spheres", "ellipsoids"])
def test_the_others_do_not_and_cannot_tell_a_force_from_its_opposite(kind: str) -> None:
    direct, atoms = random_direct_forces(kind, FRAMES), structure("liquid")  # type: ignore[arg-type]
    plain = direct.predict(atoms)
    matrix = random_rotation(np.random.default_rng(4))
    assert difference(plain, direct.predict(rotated(atoms, matrix)) @ matrix) > 1e-2
    assert difference(plain, direct.predict(rotated(atoms, -np.eye(3)))) < TOLERANCE


def test_forces_do_not_depend_on_origin_or_order(direct: DirectForces, any_structure: Atoms) -> None:
    expected = direct.predict(any_structure)
    moved = any_structure.copy()
    moved.positions += [0.31, -2.7, 5.3]
    assert difference(expected, direct.predict(moved)) < TOLERANCE
    order = np.random.default_rng(1).permutation(len(any_structure))
    assert difference(expected[order], direct.predict(any_structure[order])) < TOLERANCE


def test_an_unknown_element_is_named(direct: DirectForces) -> None:
    with pytest.raises(UnknownElementError, match="Xe.*O, Si"):
        direct.predict(Atoms("SiXe", [(0, 0, 0), (2, 0, 0)]))


def test_files_give_the_same_forces_and_a_warning(direct: DirectForces, tmp_path: Path) -> None:
    write_direct_forces(direct, tmp_path / "model")
    with pytest.warns(NonConservativeWarning, match="never measured") as caught:
        read = nnpot.load_direct_forces(tmp_path / "model")
    assert len(caught) == 1 and "\n" not in str(caught[0].message)
    assert read.info == direct.info and read.measured is None
    np.testing.assert_array_equal(read.predict(FRAMES[0]), direct.predict(FRAMES[0]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cutoff 4.2", "cutof 4.2", r"forces.nn:\d+: 'cutof' is no known keyword"),
        ("cutoff 4.2\n", "", "expected a line 'cutoff'"),
        ("cutoff 4.2", "cutoff x", r"forces.nn:\d+: expected a finite number after 'cutoff', got 'x'"),
        ("cutoff 4.2", "cutoff -4.2", "radius|cutoff"),
        ("kind equivariant", "kind cubes", r"nn:\d+: kind: expected one of spheres, ellipsoids, equivariant"),
        ("kind equivariant", "kind equivariant spheres", r"nn:\d+: kind: .*got 'equivariant spheres'"),
        ("vector Si", "vector Au", r"nn:\d+: vector: expected one of O, Si, got 'Au'"),
        ("gaussian 0.2 0.0", "gaussian -0.2 0.0", "eta"),
        ("force_scale 0.8", "force_scale nan", "finite"),
        ("gaussian 1.5 1.9\n", "", "products|inputs|outputs"),
        ("elements O Si", "elements O Xy", r"nn:\d+: elements: .*'Xy' is no element"),
        ("kind equivariant", "kind equivariant\nkind spheres", "given twice"),
        ("force_scale 0.8", "force_scale -0.8", "force_scale: expected a finite number > 0"),
        ("product_gaussian 2", "product_gaussian 0.4", r"forces.nn:\d+: expected a whole number after 'prod"),
        (
            "measured drift 1.5",
            "measured drift 1.5\nmeasured drift 2",
            r":\d+: 'measured drift' is .* twice",
        ),
        ("measured drift 1.5", "measured drift 1.5\nmeasured foo 2", r"nn:\d+: measured: .* got 'foo'"),
        ("measured drift 1.5", "measured drift nan", r"nn:\d+: expected a finite number .*'nan'"),
        ("measured drift 1.5\n", "", "expected a line 'measured drift' beside the others"),
    ],
)
def test_a_damaged_file_is_refused(
    equivariant: DirectForces, tmp_path: Path, old: str, new: str, message: str
) -> None:
    write_direct_forces(replace(equivariant, measured=MEASURED), tmp_path / "model")
    file = tmp_path / "model" / "forces.nn"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(FileFormatError, match=message) as error:
        nnpot.load_direct_forces(tmp_path / "model")
    assert "forces.nn" in str(error.value) and "\n" not in str(error.value)


def test_a_file_cut_inside_its_last_line_is_refused(equivariant: DirectForces, tmp_path: Path) -> None:
    write_direct_forces(replace(equivariant, info={}), tmp_path / "model")
    file = tmp_path / "model" / "forces.nn"
    text = file.read_text("utf-8")
    for length in range(text[:-1].rindex("\n") + 2, len(text)):
        file.write_text(text[:length], "utf-8")
        with pytest.raises(FileFormatError, match=r"forces.nn:\d+: .*cut short"):
            nnpot.load_direct_forces(tmp_path / "model")


@pytest.mark.parametrize("scale", [0.0, -1.0, np.inf, np.nan])
def test_a_force_scale_that_is_none_is_refused(equivariant: DirectForces, scale: float) -> None:
    with pytest.raises(InvalidInputError, match="force_scale: expected a finite number > 0"):
        replace(equivariant, force_scale=scale)


def test_a_drift_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="measured drift: expected a finite number, got nan"):
        replace(MEASURED, drift=np.nan)


def test_directories_of_other_things_are_refused(equivariant: DirectForces, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    write_direct_forces(equivariant, tmp_path / "run" / "model")
    for load in (nnpot.load, nnpot.load_direct_forces):
        with pytest.raises(InvalidInputError, match="is the directory of a training run; its model is"):
            load(tmp_path / "run")
    with pytest.raises(FileFormatError, match="expected the directory of a direct force model"):
        nnpot.load_direct_forces(tmp_path / "nowhere")


def test_predictions_stand_for_their_forces_as_they_did(equivariant: DirectForces) -> None:
    said = equivariant.predict(FRAMES[0])
    assert said.energy is None and said.stress is None and len(said) == len(FRAMES[0])
    for array in (2.0 * said, said + said.forces, np.add(said, said), np.array(said) * 2):
        np.testing.assert_array_equal(array, 2.0 * said.forces)
    np.testing.assert_array_equal(said[1:, 0], said.forces[1:, 0])
    assert said.shape == said.forces.shape and said.max() == said.ravel().max()


def test_the_calculator_has_forces_and_no_energy(equivariant: DirectForces) -> None:
    atoms = structure("liquid")
    atoms.calc = nnpot.DirectForceCalculator(equivariant)
    np.testing.assert_array_equal(atoms.get_forces(), equivariant.predict(atoms))
    with pytest.raises(PropertyNotImplementedError):
        atoms.get_potential_energy()


def test_what_is_measured_is_kept_and_told(
    equivariant: DirectForces, model: _core.Model, tmp_path: Path
) -> None:
    write_direct_forces(equivariant, tmp_path / "forces")
    (tmp_path / "potential").mkdir()
    model.write(str(tmp_path / "potential"))
    write_frames(tmp_path / "frames.xyz", [structure("crystal"), structure("liquid")])
    result = run(
        "measure-forces",
        *(str(tmp_path / name) for name in ("forces", "frames.xyz")),
        "--reference",
        str(tmp_path / "potential"),
        *("--duration", "0.006", "--most", "1"),
    )
    assert result.returncode == 0, result.stderr
    with pytest.warns(NonConservativeWarning, match="measured drift .* meV/atom/ps at 300 K"):
        found = nnpot.load_direct_forces(tmp_path / "forces")
    measured = found.measured
    assert measured is not None and f"drift {measured.drift:.4g} meV/atom/ps" in result.stdout
    assert measured.drift > 0.0 and measured.loop_work > 1e-4 and measured.rotation_error < 1e-6
    assert measured.reference.endswith("potential")
    np.testing.assert_array_equal(found.predict(FRAMES[0]), equivariant.predict(FRAMES[0]))
    with warnings.catch_warnings():
        warnings.simplefilter("error", NonConservativeWarning)
        with pytest.raises(InvalidInputError, match="at least one frame"):
            nnpot.measure_direct_forces(tmp_path / "forces", [], tmp_path / "potential")


def test_frames_to_measure_from_may_have_other_units(
    equivariant: DirectForces, model: _core.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    write_direct_forces(equivariant, tmp_path / "forces")
    (tmp_path / "potential").mkdir()
    model.write(str(tmp_path / "potential"))
    frames = [structure("crystal") for _ in range(4)]
    for number, frame in enumerate(frames):
        frame.positions += 0.01 * number
        frame.calc = SinglePointCalculator(frame, energy=0.0, forces=np.zeros((len(frame), 3)))
    write_runner_data(tmp_path / "input.data", frames, "atomic")
    seen: list[Atoms] = []

    def measure(_model: Path, chosen: list[Atoms], *rest: object) -> Measured:
        seen.extend(chosen)
        assert rest[-1] == "metal", "units of the reference"
        return MEASURED

    monkeypatch.setattr("nnpot.analysis.measured_forces.measure_direct_forces", measure)
    options = ["--reference", str(tmp_path / "potential"), "--units", "metal", "--data-units", "atomic"]
    result = CliRunner().invoke(command, [str(tmp_path / "forces"), str(tmp_path / "input.data"), *options])
    assert result.exit_code == 0, result.output
    assert len(seen) == 3, "as many of the four as --most says"
    for frame, number in zip(seen, (0, 1, 2), strict=True):
        np.testing.assert_allclose(frame.positions, frames[number].positions, atol=1e-6)
