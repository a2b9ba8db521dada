"""Files of models as other programs write them: every command and LAMMPS read them as `nnpot.load` does."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from model_directories import structure, whole_models

import nnpot
from nnpot.cli.main import main
from nnpot.errors import FileFormatError
from nnpot.models.feature_model import load_feature_model


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A potential for silicon and oxygen."""
    return write("plain", tmp_path / "model")


def write(kind: str, folder: Path) -> Path:
    folder.mkdir()
    for name, data in whole_models()[kind].items():
        (folder / name).write_bytes(data)
    return folder


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_keyword_that_changes_the_energy_ends_a_command_with_one_line(
    plain: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(plain / "input.nn", "cutoff_type", "use_electrostatics\ncutoff_type")
    frame = plain.parent / "frame.xyz"
    structure().write(frame, format="extxyz")
    with pytest.raises(SystemExit) as end:
        main(["predict", str(plain), str(frame), "-o", str(plain.parent / "out.xyz")])
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "input.nn:6: 'use_electrostatics' belongs to the electrostatics of RuNNer and n2p2" in error


def test_fortran_numbers_a_byte_order_mark_and_windows_line_ends_say_the_same(plain: Path) -> None:
    expected = nnpot.load(plain).predict(structure()).energy
    for file in plain.iterdir():
        text = file.read_text("utf-8")
        changed = text.replace("E-01", "D-01").replace("E+00", "d+00").replace("\n", "\r\n\t\r\n")
        file.write_bytes(b"\xef\xbb\xbf" + changed.encode())
    assert nnpot.load(plain).predict(structure()).energy == expected


def test_twin_functions_load_predict_and_are_pickled(plain: Path) -> None:
    """A model with a function in both orders of its neighbors, and the two halves of the weights."""
    expected = nnpot.load(plain).predict(structure())
    row = _sorted_row(plain, "O", 3)
    text = (plain / "input.nn").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("symfunction_short O 3"))
    words = line.split()
    words[3], words[4] = words[4], words[3]
    (plain / "input.nn").write_text(text.replace(line, f"{line}\n{' '.join(words)}"), "utf-8")
    _repeat_scaling_row(plain / "scaling.data", row)
    _split_weights(plain / "weights.008.data", row, n_inputs=11, n_nodes=4)
    found = nnpot.load(plain).predict(structure())
    assert found.energy == pytest.approx(expected.energy, rel=1e-14)
    np.testing.assert_allclose(found.forces, expected.forces, rtol=1e-11, atol=1e-12)


def _sorted_row(folder: Path, element: str, kind: int) -> int:
    lines = nnpot.load(folder)._model.functions(element)
    return next(i for i, line in enumerate(lines) if line.split()[1] == str(kind))


def _repeat_scaling_row(file: Path, row: int) -> None:
    rows = []
    for line in file.read_text("utf-8").splitlines()[1:]:
        element, function, *rest = line.split()
        if element == "1" and int(function) > row + 1:
            function = str(int(function) + 1)
        rows.append(" ".join([element, function, *rest]))
        if element == "1" and int(function) == row + 1:
            rows.append(" ".join([element, str(row + 2), *rest]))
    file.write_text("\n".join(rows) + "\n", "utf-8")


def _split_weights(file: Path, row: int, n_inputs: int, n_nodes: int) -> None:
    """0.75 and 0.25 of the weights of one input, for two; values alone."""
    values = [float(line.split()[0]) for line in file.read_text("utf-8").splitlines()[1:]]
    first = np.array(values[: n_inputs * n_nodes]).reshape(n_inputs, n_nodes)
    both = np.insert(first, row, 0.75 * first[row], axis=0)
    both[row + 1] *= 0.25
    all_values = [*both.ravel(), *values[n_inputs * n_nodes :]]
    file.write_text("".join(f"{value:.17e}\n" for value in all_values), "utf-8")


@pytest.mark.parametrize(
    ("kind", "file", "load"),
    [
        ("features", "features.nn", load_feature_model),
        ("features", "weights.008.data", load_feature_model),
        ("spheres", "forces.nn", nnpot.load_direct_forces),
        ("spheres", "weights.014.data", nnpot.load_direct_forces),
        ("plain", "model.info", nnpot.load),
    ],
)
def test_pipes_and_huge_files_are_refused_by_every_kind_of_model(
    kind: str, file: str, load: object, tmp_path: Path
) -> None:
    folder = write(kind, tmp_path / kind)
    (folder / file).unlink()
    os.mkfifo(folder / file)
    assert callable(load)
    with pytest.raises(FileFormatError, match="plain file"):
        load(folder)
    (folder / file).unlink()
    (folder / file).touch()
    os.truncate(folder / file, 1 << 40)
    with pytest.raises(FileFormatError, match="1048576|1099511627776"):
        load(folder)


@pytest.mark.parametrize(
    ("kind", "old", "new", "message"),
    [
        ("features", "nodes O 3 4 3 1", "nodes O 3 4 3 " + "9" * 5000, "nodes O', whole numbers from 1 to"),
        ("features", "nodes O 3 4 3 1", "nodes O 3 4 ٣ 1", "nodes O', whole numbers from 1 to"),
        (
            "features",
            "activations O t p l",
            "activations O tp l",
            "expected one-letter activations, got 'tp'",
        ),
        ("features", "atom_energy O -3.5", "atom_energy O -3.5 1", "expected a finite number after"),
        ("spheres", "cutoff_type 1", "cutoff_type 1e300", "expected a whole number after 'cutoff_type'"),
        ("spheres", "cutoff 4.2", "cutoff 1e9", "cutoff radius must be at most 100 Å"),
        ("spheres", "cutoff 4.2", "cutoff 4.2 5", "expected a finite number after 'cutoff'"),
        ("ellipsoids", "stretch 1.5", "stretch 1e9", "stretch must be > 0 and at most 100"),
    ],
)
def test_other_kinds_of_models_are_refused_in_one_line(
    kind: str, old: str, new: str, message: str, tmp_path: Path
) -> None:
    folder = write(kind, tmp_path / "model")
    file = folder / ("features.nn" if kind == "features" else "forces.nn")
    replace(file, old, new)
    load = load_feature_model if kind == "features" else nnpot.load_direct_forces
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(FileFormatError) as caught:
            load(folder)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 1000
    assert "\n" not in str(caught.value)


def test_predictions_that_are_not_finite_are_errors(tmp_path: Path) -> None:
    for kind, file in (("features", "weights.008.data"), ("spheres", "weights.014.data")):
        folder = write(kind, tmp_path / kind)
        text = (folder / file).read_text("utf-8").splitlines()
        values = [line for line in text if line[:1] in " -"]
        huge = [f"1e308 {line.split(maxsplit=1)[1]}" for line in values]
        head = [line for line in text if line[:1] not in " -"]
        (folder / file).write_text("\n".join([*head, *huge]) + "\n", "utf-8")
    frame = structure()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(nnpot.errors.InvalidInputError, match="force of atom 0 is not a finite number"):
            nnpot.load_direct_forces(tmp_path / "spheres").predict(frame)
        frame.arrays["features"] = np.where(np.arange(3) < (frame.numbers[:, None] == 8) + 2, 1.0, np.nan)
        with pytest.raises(nnpot.errors.InvalidInputError, match=r"energy of atom 1 .* not a finite number"):
            load_feature_model(tmp_path / "features").predict(frame)
