"""The shared suite for every kind of model, a kind that is brought from outside, and what no kind is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from harmonic_crystal import HarmonicCrystal
from kinds_suite import KindSuite
from model_directories import structure, whole_models

import nnpot
from nnpot import InvalidInputError, Model
from nnpot.cli.main import main
from nnpot.models import kinds
from nnpot.models.direct_forces.model import ForcePrediction
from nnpot.models.potential import _from_texts


def loaded(folder: Path, *names: str) -> Model:
    """The model of the fuzzing's files of these names."""
    for name in names:
        (folder / name).mkdir()
        for file, content in whole_models()[name].items():
            (folder / name / file).write_bytes(content)
    return nnpot.load([folder / name for name in names])


def moved(atoms: Atoms) -> list[Atoms]:
    """A structure and a second one close by."""
    other = atoms.copy()
    other.positions += 0.05 * np.sin(np.arange(3 * len(atoms))).reshape(-1, 3)
    return [atoms, other]


class TestPotential(KindSuite):
    starts_trainings = True

    @pytest.fixture
    def model(self, tmp_path: Path) -> Model:
        return loaded(tmp_path, "plain")

    @pytest.fixture
    def frames(self) -> list[Atoms]:
        return moved(structure())


class TestChargedPotential(TestPotential):
    @pytest.fixture
    def model(self, tmp_path: Path) -> Model:
        return loaded(tmp_path, "full")

    @pytest.fixture
    def frames(self) -> list[Atoms]:
        frame = structure(periodic=True)[:3]
        frame.symbols = "SiOO"
        return moved(frame)


class TestCommittee(TestPotential):
    starts_trainings = False  # these members do not share their scaling

    @pytest.fixture
    def model(self, tmp_path: Path) -> Model:
        return loaded(tmp_path, "plain", "member")


class TestFeatureModel(KindSuite):
    @pytest.fixture
    def model(self, tmp_path: Path) -> Model:
        return loaded(tmp_path, "features")

    @pytest.fixture
    def frames(self) -> list[Atoms]:
        found = []
        for shift in (0.0, 0.1):
            frame = Atoms("OSiO", positions=np.zeros((3, 3)))
            frame.arrays["features"] = np.array([[0.1, 0.2, 0.3], [0.5, -0.4, np.nan], [1.0, 0.0, -1.0]])
            frame.arrays["features"] += shift
            found.append(frame)
        return found


@pytest.mark.filterwarnings("ignore::nnpot.NonConservativeWarning")
class TestDirectForces(TestPotential):
    starts_trainings = False

    @pytest.fixture(params=["spheres", "equivariant"])
    def model(self, request: pytest.FixtureRequest, tmp_path: Path) -> Model:
        return loaded(tmp_path, request.param)


class TestHarmonicCrystal(KindSuite):
    @pytest.fixture(autouse=True)
    def _registered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kinds, "_registered", {})
        nnpot.register(HarmonicCrystal)

    @pytest.fixture
    def model(self) -> Model:
        return HarmonicCrystal("Au", 2.5, [[0.0, 0.0, 0.0], [2.9, 0.0, 0.0], [0.0, 2.9, 0.1]])

    @pytest.fixture
    def frames(self) -> list[Atoms]:
        return moved(Atoms("Au3", positions=[[0.1, 0.0, 0.0], [2.8, 0.1, 0.0], [0.0, 3.0, 0.0]]))


def test_an_installed_package_brings_a_kind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (directory,) = HarmonicCrystal("Au", 2.5, [[0.0, 0.0, 0.0]]).save(tmp_path / "crystal")
    with pytest.raises(nnpot.FileFormatError, match="expected the directory of a model"):
        nnpot.load(directory)

    def entry_points(group: str) -> Iterator[EntryPoint]:
        yield EntryPoint("crystal.json", "harmonic_crystal:HarmonicCrystal", group)

    monkeypatch.setattr(kinds, "entry_points", entry_points)
    assert nnpot.load(directory).elements == ["Au"]


@pytest.mark.parametrize("command", [["doctor"], ["evaluate"], ["predict", "-o", "out.xyz"]])
def test_what_is_no_model_ends_a_command_with_one_line(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = [] if command == ["doctor"] else ["frames.xyz"]
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(SystemExit) as end:
            main([command[0], str(place), *frames, *command[1:]])
        error = capsys.readouterr().err
        assert end.value.code == 2 and error.count("\n") == 1
        assert f"{place}: expected the directory of a model (input.nn, features.nn, forces.nn)" in error


def test_doctor_says_what_looks_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded(tmp_path, "plain")
    main_without_exit("doctor", str(tmp_path / "plain"))
    assert "Nothing looks wrong." in capsys.readouterr().out
    (tmp_path / "plain" / "model.info").unlink()
    main_without_exit("doctor", str(tmp_path / "plain"), str(tmp_path / "plain"), "--units", "metal")
    said = capsys.readouterr().out
    assert re.search(r"members +2", said) and "are the same network" in said and "where it comes from" in said


def main_without_exit(*arguments: str) -> None:
    """Run a command that must end well."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert not end.value.code


def test_a_committee_is_of_one_kind(tmp_path: Path) -> None:
    potential, crystal = tmp_path / "potential", tmp_path / "crystal"
    for place, file in ((potential, "input.nn"), (crystal, "forces.nn")):
        place.mkdir()
        (place / file).touch()
    with pytest.raises(InvalidInputError, match="crystal: is a direct force model, but .*is a potential"):
        nnpot.load([potential, crystal])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"file": "input.nn"}, "the file of a built-in kind"),
        ({"file": ""}, "expected a text as Other.file"),
        ({"gives": {"enrgy"}}, "no prediction has enrgy"),
    ],
)
def test_what_is_no_kind_is_not_registered(change: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        nnpot.register(type("Other", (HarmonicCrystal,), change))


@pytest.mark.parametrize("wrong", [3, nnpot.Model, dict])
def test_what_is_no_class_of_models_is_not_registered(wrong: object) -> None:
    with pytest.raises(InvalidInputError, match="expected a class that offers all of Model"):
        nnpot.register(wrong)  # type: ignore[type-var]


def test_predictions_of_forces_are_used_as_the_array_that_they_were() -> None:
    said, other = (ForcePrediction(forces=np.arange(6.0).reshape(2, 3) + n) for n in (0, 1))
    said -= said.mean(axis=0)
    np.testing.assert_allclose(said, [[-1.5] * 3, [1.5] * 3])
    other[0] = 0.0
    np.testing.assert_array_equal(other.forces[0], np.zeros(3))
    np.testing.assert_array_equal(other == other, np.ones((2, 3), bool))


def test_pickles_of_earlier_versions_are_read(tmp_path: Path) -> None:
    """They name a function and hold the texts of the files."""
    (place,) = loaded(tmp_path, "plain").save(tmp_path / "model")
    texts = {path.name: path.read_text("utf-8") for path in place.iterdir()}
    again = _from_texts([texts], "double")
    assert again.elements == nnpot.load(place).elements
