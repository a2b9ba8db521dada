"""Databases of configurations: the document's JSON, and HDF5."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnpot.errors import FileFormatError, InvalidInputError, NnpotError
from nnpot.lattice.model import require_near_cells
from nnpot.support.arrays import Array, Integers
from nnpot.support.files import atomic_write, read_json, require_file, require_writable
from nnpot.support.installation import install_command
from nnpot.support.limits import MOST_ROUNDS
from nnpot.support.messages import shortened

POSITIONS, WIDTHS = "particleCoordinates", "widthOfCell"
DEPTHS, ENERGIES = "depthOfSurroundingCells", "potentialEnergy"
"""Columns, named as in the document."""
OLD_DEPTHS = "numberOfSurroundingCells"  # the depth's name in older databases
PER_ROW = (WIDTHS, DEPTHS, ENERGIES)
COLUMNS = {
    POSITIONS: "positions",
    WIDTHS: "widths",
    DEPTHS: "depths",
    ENERGIES: "energies",
    "acceptance": "acceptance",
    "acceptanceOfPoints": "acceptance_of_points",
}
"""What an HDF5 file may have, and its name here."""
HDF5_SUFFIXES = (".h5", ".hdf5")
LARGEST_NUMBER = 1e300
MOST_NUMBERS = 10**10  # in one file


@dataclass(frozen=True)
class Database:
    """Configurations of equally many particles, what is known of their energies, and where they come from."""

    positions: Array  # shape (n, particles, dimensions)
    widths: Array  # shape (n,)
    depths: Integers | None = None  # of the images that the energies count, shape (n,)
    energies: Array | None = None  # per particle, shape (n,)
    settings: dict[str, Any] = field(default_factory=dict)  # what the generator was asked for
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

    Raises `FileFormatError` if the file is damaged, or columns are missing or do not fit each other.
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
    columns = read_json(path)
    if not isinstance(columns, dict):
        raise FileFormatError(f"{path}: expected an object of columns, got {type(columns).__name__}")
    for name in (POSITIONS, WIDTHS):
        if not isinstance(columns.get(name), dict) or not columns[name]:
            raise FileFormatError(f"{path}: expected a column {name} with values by row")
    rows = list(columns[POSITIONS])
    known = {name: columns.get(name) for name in PER_ROW}
    known[DEPTHS] = known[DEPTHS] or columns.get(OLD_DEPTHS)
    values = {POSITIONS: _positions(path, rows, columns[POSITIONS])}
    values |= {
        name: _numbers(path, name, rows, column) for name, column in known.items() if column is not None
    }
    return _database(path, values, rows, {})


def _database(
    path: Path, columns: dict[str, Array], rows: Sequence[object], settings: dict[str, Any]
) -> Database:
    """The columns as a database, its numbers checked; ``rows`` are the names of the rows in a message."""
    values: dict[str, Any] = {COLUMNS[name]: column for name, column in columns.items()}
    if DEPTHS in columns:
        values["depths"] = _depths(path, columns[DEPTHS])
    database = Database(**values, settings=settings)
    _require_plausible(path, database, rows)
    return database


def _numbers(path: Path, name: str, rows: list[str], column: Any) -> Array:
    if not isinstance(column, dict):
        raise FileFormatError(
            f"{path}: column {name} must hold a number for each row, got {shortened(column)}"
        )
    values = np.empty(len(rows))
    for number, row in enumerate(rows):
        if row not in column:
            raise FileFormatError(f"{path}: column {name} has no row {shortened(row)}, which {POSITIONS} has")
        value = column[row]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FileFormatError(
                f"{path}: column {name} must hold a number for each row, got {shortened(value)} in row "
                f"{shortened(row, quoted=False)}"
            )
        values[number] = value if abs(value) < LARGEST_NUMBER else np.inf
    return values


def _depths(path: Path, values: Array) -> Integers:
    wrong = np.flatnonzero(~((values >= 0.0) & (values <= MOST_ROUNDS) & (values == np.floor(values))))
    if len(wrong):
        raise FileFormatError(
            f"{path}: {DEPTHS} must be whole numbers from 0 to {MOST_ROUNDS}, got {values[wrong[0]]:g} in "
            f"row number {wrong[0]}"
        )
    return values.astype(np.int64)


def _require_plausible(path: Path, found: Database, rows: Sequence[object]) -> None:
    """Widths are positive, numbers finite, and particles lie in their cells or near."""
    good = np.isfinite(found.widths) & (found.widths > 0.0)
    if not good.all():
        wrong = int(np.argmin(good))
        raise FileFormatError(
            f"{path}: {WIDTHS} of row {rows[wrong]} must be finite and > 0, got {found.widths[wrong]:g}"
        )
    finite = np.isfinite(found.positions).all(axis=(1, 2))
    if not finite.all():
        raise FileFormatError(f"{path}: {POSITIONS} of row {rows[int(np.argmin(finite))]} must be finite")
    try:
        require_near_cells(found.positions, found.widths)
    except InvalidInputError as error:
        raise FileFormatError(f"{path}: {error}") from error
    if found.energies is not None and not np.isfinite(found.energies).all():
        wrong = int(np.argmin(np.isfinite(found.energies)))
        raise FileFormatError(f"{path}: {ENERGIES} of row {rows[wrong]} must be finite")


def _positions(path: Path, rows: list[str], column: dict[str, Any]) -> Array:
    found = [_coordinates(path, row, column[row]) for row in rows]
    for row, values in zip(rows, found, strict=True):
        if values.shape != found[0].shape:
            raise FileFormatError(
                f"{_place(path, row)}: expected the shape {found[0].shape} of the first row, got "
                f"{values.shape}"
            )
    return np.array(found)


def _place(path: Path, row: str) -> str:
    return f"{path}: {POSITIONS} of row {shortened(row, quoted=False)}"


def _coordinates(path: Path, row: str, value: Any) -> Array:
    try:
        found = np.asarray(value, float)
    except (TypeError, ValueError, OverflowError) as error:
        reason = shortened(str(error), 100, quoted=False)
        raise FileFormatError(f"{_place(path, row)} are not numbers ({reason})") from error
    if found.ndim != 2 or not found.size:
        raise FileFormatError(
            f"{_place(path, row)}: expected one list of coordinates for each particle, got {shortened(value)}"
        )
    return found


def _write_json(path: Path, database: Database) -> None:
    columns = {name: values for name, values in _columns(database).items() if name in (POSITIONS, *PER_ROW)}
    with atomic_write(path) as stream:
        for number, (name, values) in enumerate(columns.items()):
            stream.write(f'{", " if number else "{"}"{name}": {{')
            for row, value in enumerate(values.tolist()):
                stream.write(f'{", " if row else ""}"{row}": {json.dumps(value)}')
            stream.write("}")
        stream.write("}\n")


def _columns(database: Database) -> dict[str, NDArray[Any]]:
    """The columns that are known."""
    columns = {name: getattr(database, attribute) for name, attribute in COLUMNS.items()}
    return {name: values for name, values in columns.items() if values is not None}


def _h5py() -> Any:
    try:
        return import_module("h5py")
    except ImportError as error:
        raise NnpotError(
            f"HDF5 needs h5py ({error}); install it with: {install_command('lattice')}, or name a .json file"
        ) from error


def _write_hdf5(path: Path, database: Database) -> None:
    h5py = _h5py()
    with atomic_write(path, "wb") as stream, h5py.File(stream, "w") as file:
        for name, values in _columns(database).items():
            file.create_dataset(name, data=values)
        file.attrs["settings"] = np.bytes_(json.dumps(database.settings).encode())


def _read_hdf5(path: Path) -> Database:
    found, settings = _hdf5_content(path)
    for name in (POSITIONS, WIDTHS):
        if name not in found:
            raise FileFormatError(f"{path}: expected a data set {name}")
    n = len(found[POSITIONS]) if found[POSITIONS].ndim == 3 else -1
    if found[POSITIONS].size == 0 or any(found[name].shape != (n,) for name in PER_ROW if name in found):
        shapes = ", ".join(f"{name} {found[name].shape}" for name in (POSITIONS, *PER_ROW) if name in found)
        raise FileFormatError(
            f"{path}: expected positions (n, particles, dimensions) and n of all else, got {shapes}"
        )
    return _database(path, found, range(n), settings)


def _text_attribute(file: Any, name: str) -> str:
    """A text of fixed length: others lie in a heap, and where that is damaged HDF5 may run for ever."""
    if name not in file.attrs or file.attrs.get_id(name).dtype.kind != "S":
        return ""
    return bytes(file.attrs[name]).decode()


def _hdf5_content(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    require_file(path)
    h5py = _h5py()
    try:
        with h5py.File(path, "r") as file:
            names = [name for name in COLUMNS if name in file]
            n_numbers = sum(int(np.prod(file[name].shape, dtype=float)) for name in names)
            if n_numbers > MOST_NUMBERS:
                raise FileFormatError(f"{path}: expected at most {MOST_NUMBERS} numbers, got {n_numbers}")
            found = {name: np.asarray(file[name], float) for name in names}
            settings = json.loads(_text_attribute(file, "settings") or "{}")
    except (FileNotFoundError, FileFormatError):
        raise
    except Exception as error:  # h5py raises errors of many kinds where a file is damaged
        reason = shortened(str(error), 200, quoted=False)
        raise FileFormatError(f"{path}: not readable as HDF5: {reason}") from error
    return found, settings if isinstance(settings, dict) else {}
