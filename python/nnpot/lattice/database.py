"""Databases of configurations: the document's JSON, and HDF5."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnpot.errors import FileFormatError, InvalidInputError, NnpotError
from nnpot.files import atomic_write, require_writable
from nnpot.lattice.model import Array

POSITIONS, WIDTHS, DEPTHS, ENERGIES = (
    "particleCoordinates",
    "widthOfCell",
    "depthOfSurroundingCells",
    "potentialEnergy",
)
"""Columns, named as in the document."""
OLD_DEPTHS = "numberOfSurroundingCells"
"""The depth's name in older databases."""
HDF5_SUFFIXES = (".h5", ".hdf5")


@dataclass(frozen=True)
class Database:
    """Configurations of equally many particles, what is known of their energies, and where they come from."""

    positions: Array
    """Shape (n, particles, dimensions)."""
    widths: Array
    """Shape (n,)."""
    depths: NDArray[np.int64] | None = None
    """Of the images that the energies count, shape (n,)."""
    energies: Array | None = None
    """Per particle, shape (n,)."""
    settings: dict[str, Any] = field(default_factory=dict)
    """What the generator was asked for."""
    acceptance: Array | None = None
    """Share of the moves that each epoch of each width's relaxation kept, shape (widths, epochs)."""
    acceptance_of_points: Array | None = None
    """Mean and standard error over points of the share kept in the last ten epochs, shape (widths, 2)."""

    def __len__(self) -> int:
        return len(self.positions)

    def take(self, chosen: NDArray[Any]) -> Database:
        """The configurations that an index array or a mask names."""
        depths = None if self.depths is None else self.depths[chosen]
        energies = None if self.energies is None else self.energies[chosen]
        return Database(self.positions[chosen], self.widths[chosen], depths, energies, self.settings)


def read_database(path: Path) -> Database:
    """Read a database: HDF5 if the name ends so, else the document's JSON.

    Raises
    ------
    FileFormatError
        If the file is damaged, or columns are missing or do not fit each other.
    """
    return _read_hdf5(path) if path.suffix in HDF5_SUFFIXES else _read_json(path)


def write_database(path: Path, database: Database) -> None:
    """Write a database: HDF5 if the name ends so, else the document's JSON, which holds the columns alone."""
    if path.suffix in HDF5_SUFFIXES:
        _write_hdf5(path, database)
    else:
        _write_json(path, database)


def require_format(path: Path) -> None:
    """Refuse a name that says no format, a file that could not be written, and HDF5 without h5py."""
    if path.suffix not in (".json", *HDF5_SUFFIXES):
        raise InvalidInputError(f"{path}: the name must end in .h5, .hdf5 or .json, to say the format")
    if path.suffix in HDF5_SUFFIXES:
        _h5py()
    require_writable(path)


def _read_json(path: Path) -> Database:
    try:
        columns = json.loads(Path(path).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path}: not readable as JSON: {error}") from error
    if not isinstance(columns, dict):
        raise FileFormatError(f"{path}: expected an object of columns, got {type(columns).__name__}")
    for name in (POSITIONS, WIDTHS):
        if not isinstance(columns.get(name), dict) or not columns[name]:
            raise FileFormatError(f"{path}: expected a column {name} with values by row")
    rows = list(columns[POSITIONS])
    positions = _positions(path, rows, columns[POSITIONS])
    widths = _numbers(path, WIDTHS, rows, columns[WIDTHS])
    depths = columns.get(DEPTHS) or columns.get(OLD_DEPTHS)
    energies = columns.get(ENERGIES)
    return Database(
        positions,
        widths,
        None if depths is None else _numbers(path, DEPTHS, rows, depths).astype(np.int64),
        None if energies is None else _numbers(path, ENERGIES, rows, energies),
    )


def _numbers(path: Path, name: str, rows: list[str], column: Any) -> Array:
    try:
        values = np.array([float(column[row]) for row in rows])
    except KeyError as error:
        raise FileFormatError(f"{path}: column {name} has no row {error}, which {POSITIONS} has") from error
    except (TypeError, ValueError) as error:
        raise FileFormatError(f"{path}: column {name} must hold a number for each row ({error})") from error
    if name == WIDTHS and not (np.isfinite(values) & (values > 0.0)).all():
        wrong = rows[int(np.argmin(np.isfinite(values) & (values > 0.0)))]
        raise FileFormatError(f"{path}: {name} of row {wrong} must be finite and > 0, got {column[wrong]}")
    return values


def _positions(path: Path, rows: list[str], column: dict[str, Any]) -> Array:
    shape = np.shape(column[rows[0]])
    for row in rows:
        try:
            found = np.asarray(column[row], float)
        except (TypeError, ValueError) as error:
            raise FileFormatError(f"{path}: {POSITIONS} of row {row} are not numbers ({error})") from error
        if found.ndim != 2 or found.shape != shape or not found.size:
            raise FileFormatError(
                f"{path}: {POSITIONS} of row {row}: expected one list of coordinates for each particle, "
                f"of the shape {shape} of the first row, got {found.shape}"
            )
        if not np.isfinite(found).all():
            raise FileFormatError(f"{path}: {POSITIONS} of row {row} must be finite")
    return np.array([column[row] for row in rows], float)


def _write_json(path: Path, database: Database) -> None:
    columns: dict[str, NDArray[Any]] = {POSITIONS: database.positions, WIDTHS: database.widths}
    columns |= {
        name: values
        for name, values in ((DEPTHS, database.depths), (ENERGIES, database.energies))
        if values is not None
    }
    with atomic_write(path) as stream:
        stream.write("{")
        for number, (name, values) in enumerate(columns.items()):
            stream.write(f'{", " if number else ""}"{name}": {{')
            for piece in _rows(values):
                stream.write(piece)
            stream.write("}")
        stream.write("}\n")


def _rows(values: NDArray[Any]) -> Iterator[str]:
    for row, value in enumerate(values.tolist()):
        yield f'{", " if row else ""}"{row}": {json.dumps(value)}'


def _h5py() -> Any:
    try:
        return import_module("h5py")
    except ImportError as error:
        raise NnpotError(
            f"HDF5 needs h5py ({error}); install it with: pip install 'nnpot[lattice]', or name a .json file"
        ) from error


def _write_hdf5(path: Path, database: Database) -> None:
    h5py = _h5py()
    columns = {
        POSITIONS: database.positions,
        WIDTHS: database.widths,
        DEPTHS: database.depths,
        ENERGIES: database.energies,
        "acceptance": database.acceptance,
        "acceptanceOfPoints": database.acceptance_of_points,
    }
    with atomic_write(path, "wb") as stream, h5py.File(stream, "w") as file:
        for name, values in columns.items():
            if values is not None:
                file.create_dataset(name, data=values)
        file.attrs["settings"] = json.dumps(database.settings)


def _read_hdf5(path: Path) -> Database:
    h5py = _h5py()
    try:
        with h5py.File(path, "r") as file:
            found = {name: np.asarray(file[name]) for name in file}
            settings = json.loads(file.attrs.get("settings", "{}"))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise FileFormatError(f"{path}: not readable as HDF5: {error}") from error
    for name in (POSITIONS, WIDTHS):
        if name not in found:
            raise FileFormatError(f"{path}: expected a data set {name}")
    if found[POSITIONS].ndim != 3 or found[WIDTHS].shape != found[POSITIONS].shape[:1]:
        raise FileFormatError(f"{path}: the shapes of {POSITIONS} and {WIDTHS} do not fit each other")
    return Database(
        found[POSITIONS],
        found[WIDTHS],
        found.get(DEPTHS),
        found.get(ENERGIES),
        settings,
        found.get("acceptance"),
        found.get("acceptanceOfPoints"),
    )
