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
