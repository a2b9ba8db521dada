"""Databases in the document's JSON and in HDF5."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.lattice.database import Database, read_database, require_format, write_database

DATABASE = Database(
    positions=np.random.default_rng(0).uniform(0.0, 3.0, (7, 4, 2)),
    widths=np.linspace(1.5, 10.0, 7),
    depths=np.arange(1, 8),
    energies=np.random.default_rng(1).normal(size=7),
    settings={"points": 7},
    acceptance=np.full((7, 40), 0.2),
)


@pytest.mark.parametrize("name", ["all.json", "all.h5", "all.hdf5"])
def test_what_is_written_is_read(tmp_path: Path, name: str) -> None:
    write_database(tmp_path / name, DATABASE)
    found = read_database(tmp_path / name)
    for column in ("positions", "widths", "depths", "energies"):
        np.testing.assert_array_equal(getattr(found, column), getattr(DATABASE, column))
    if not name.endswith(".json"):
        assert found.settings == DATABASE.settings
        np.testing.assert_array_equal(found.acceptance, DATABASE.acceptance)


def test_json_is_that_of_a_pandas_frame(tmp_path: Path) -> None:
    write_database(tmp_path / "a.json", DATABASE)
    columns = json.loads((tmp_path / "a.json").read_text())
    assert list(columns) == [
        "particleCoordinates",
        "widthOfCell",
        "depthOfSurroundingCells",
        "potentialEnergy",
    ]
    assert columns["widthOfCell"]["6"] == 10.0
    assert columns["particleCoordinates"]["3"] == DATABASE.positions[3].tolist()


def test_older_names_other_columns_and_any_rows_are_understood(tmp_path: Path) -> None:
    columns = {
        "index": {"9": 57, "4": 58},
        "particleCoordinates": {"9": [[0.0, 1.0]], "4": [[2.0, 3.0]]},
        "numberOfSurroundingCells": {"4": 4, "9": 3},
        "widthOfCell": {"4": 5, "9": 2.5},
    }
    (tmp_path / "a.json").write_text(json.dumps(columns))
    found = read_database(tmp_path / "a.json")
    np.testing.assert_array_equal(found.positions, [[[0.0, 1.0]], [[2.0, 3.0]]])
    np.testing.assert_array_equal(found.widths, [2.5, 5.0])
    np.testing.assert_array_equal(found.depths, [3, 4])
    assert found.energies is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not readable as JSON"),
        ("[]", "expected an object of columns, got list"),
        ('{"particleCoordinates": {"0": [[1.0]]}}', "expected a column widthOfCell"),
        (
            '{"particleCoordinates": {"0": [[1.0]]}, "widthOfCell": {"1": 5}}',
            "column widthOfCell has no row '0'",
        ),
        ('{"particleCoordinates": {"0": [[1.0]]}, "widthOfCell": {"0": -5}}', "row 0 must be finite and > 0"),
        (
            '{"particleCoordinates": {"0": [[1.0]], "1": [[1.0, 2.0]]}, "widthOfCell": {"0": 5, "1": 5}}',
            r"row 1: expected the shape \(1, 1\) of the first row, got \(1, 2\)",
        ),
        ('{"particleCoordinates": {"0": [["x"]]}, "widthOfCell": {"0": 5}}', "row 0 are not numbers"),
        ('{"particleCoordinates": {"0": [[NaN]]}, "widthOfCell": {"0": 5}}', "row 0 must be finite"),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FileFormatError, match=message):
        read_database(tmp_path / "a.json")


def test_no_hdf5(tmp_path: Path) -> None:
    (tmp_path / "a.h5").write_text("no")
    with pytest.raises(FileFormatError, match="not readable as HDF5"):
        read_database(tmp_path / "a.h5")


def test_the_name_says_the_format(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="must end in"):
        require_format(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("rows", "widths", "depths", "message"),
    [
        ("[[0.1, 0.2], [1.5, 1e11]]", "2.0", "1", "expected in the cell of width 2 or within 1000 widths"),
        ("[[0.1, 0.2], [1.5]]", "2.0", "1", "of row 0 are not numbers"),
        ("[[[0.1, 0.2]]]", "2.0", "1", "of row 0: expected one list of coordinates for each particle"),
        ("[]", "2.0", "1", "of row 0: expected one list of coordinates"),
        ("[[0.1, null]]", "2.0", "1", "of row 0"),
        ("[[0.1, 1e999]]", "2.0", "1", "of row 0 must be finite"),
        ("[[0.1, 0.2]]", '"2.0"', "1", "widthOfCell must hold a number for each row, got '2.0'"),
        ("[[0.1, 0.2]]", "true", "1", "widthOfCell must hold a number for each row, got True"),
        ("[[0.1, 0.2]]", "2.0", "-1", "whole numbers from 0 to 10000, got -1"),
        ("[[0.1, 0.2]]", "2.0", "0.5", "whole numbers from 0 to 10000, got 0.5"),
        ("[[0.1, 0.2]]", "2.0", "1000000000000", "whole numbers from 0 to 10000"),
        ("[[0.1, 0.2]]", "1" + "0" * 5000, "1", "not readable as JSON"),
        ("[" * 100_000, "2.0", "1", "not readable as JSON: lists within lists"),
    ],
)
def test_columns_that_make_no_sense_are_one_line(
    tmp_path: Path, rows: str, widths: str, depths: str, message: str
) -> None:
    text = (
        f'{{"particleCoordinates": {{"0": {rows}}}, "widthOfCell": {{"0": {widths}}}, '
        f'"depthOfSurroundingCells": {{"0": {depths}}}}}'
    )
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FileFormatError, match=message) as caught:
        read_database(tmp_path / "a.json")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_hdf5_that_is_damaged_or_does_not_fit_is_one_line(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "a.h5"
    for name, shape, message in (
        ("widthOfCell", (3,), r"expected positions \(n, particles, dimensions\) and n of all else"),
        ("depthOfSurroundingCells", (2, 2), "n of all else"),
        ("potentialEnergy", (), "n of all else"),
        ("particleCoordinates", (2,), "expected positions"),
    ):
        columns = {"particleCoordinates": (2, 4, 2), "widthOfCell": (2,)} | {name: shape}
        with h5py.File(path, "w") as file:
            for column, size in columns.items():
                file.create_dataset(column, data=np.full(size, 1.0))
        with pytest.raises(FileFormatError, match=message):
            read_database(path)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(FileFormatError, match="not readable as HDF5"):
        read_database(path)
