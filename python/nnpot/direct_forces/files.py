"""The directory of a direct force model: ``forces.nn`` and one ``weights.ZZZ.data`` per element."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import NoReturn

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnpot import _core
from nnpot.direct_forces.features import KINDS, Features, Kind
from nnpot.direct_forces.model import DirectForces, ElementNetwork, Measured
from nnpot.errors import FileFormatError, InvalidInputError, NonConservativeWarning, UnknownElementError
from nnpot.files import atomic_directory, atomic_write

Array = NDArray[np.float64]

FILE = "forces.nn"
HEADER = "# Direct force networks of nnpot (docs/formats.md): eV, Å, ps, K\n"
ONCE = ("kind", "elements", "cutoff", "cutoff_type", "stretch", "symfunction_cutoff_type", "force_scale")
REPEATED = ("gaussian", "axis", "product_gaussian", "symfunction", "input", "vector", "measured", "info")


def load_direct_forces(model_dir: str | os.PathLike[str]) -> DirectForces:
    """Read the directory of a direct force model.

    Warns
    -----
    NonConservativeWarning
        Always, in one line: such a model does not conserve energy, and how fast it was seen to drift.

    Raises
    ------
    FileFormatError
        If a file is damaged; the message says where.
    InvalidInputError
        If the directory is that of a potential, which `nnpot.load` reads, or of a training run.
    OSError
        If a file cannot be read.
    """
    model = read_direct_forces(Path(model_dir))
    warnings.warn(f"{os.fspath(model_dir)}: {_caution(model)}", NonConservativeWarning, stacklevel=2)
    return model


def read_direct_forces(directory: Path) -> DirectForces:
    """The same without the warning, for those who measure it."""
    _require_direct_forces(directory)
    lines = _Lines(directory / FILE)
    try:
        features = _features(lines)
        networks = {element: _network(lines, directory, element) for element in features.elements}
        info = {words[0]: " ".join(words[1:]) for words in lines.all("info")}
        scale = lines.number("force_scale")
        return DirectForces(features, networks, scale, _measured(lines), info)
    except (InvalidInputError, UnknownElementError) as error:
        raise FileFormatError(f"{directory / FILE}: {error}") from error


def write_direct_forces(model: DirectForces, directory: Path) -> None:
    """Write a model directory, whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with atomic_directory(directory) as inside:
        (inside / FILE).write_text(_text(model), encoding="utf-8")
        for element, own in model.networks.items():
            own.network.write(inside / _weights_file(element))


def keep_measured(directory: Path, measured: Measured) -> None:
    """Write ``forces.nn`` anew, with what was measured; the networks stay as they are.

    Raises
    ------
    FileFormatError, InvalidInputError, OSError
        As `load_direct_forces` does, and if the file cannot be written.
    """
    model = replace(read_direct_forces(directory), measured=measured)
    with atomic_write(directory / FILE) as stream:
        stream.write(_text(model))


def _caution(model: DirectForces) -> str:
    told = "these forces are no gradient of an energy and do not conserve it; "
    if model.measured is None:
        return told + "their drift was never measured (nnpot measure-forces does)"
    m = model.measured
    return told + f"measured drift {m.drift:.3g} meV/atom/ps at {m.temperature:.0f} K"


def _require_direct_forces(directory: Path) -> None:
    if (directory / FILE).exists():
        return
    if (directory / "input.nn").exists():
        raise InvalidInputError(f"{directory}: is a potential, with an energy; nnpot.load reads it")
    if (directory / "features.nn").exists():
        raise InvalidInputError(f"{directory}: is a model of features; nnpot.load_feature_model reads it")
    if (directory / "model" / FILE).exists():
        model = directory / "model"
        raise InvalidInputError(f"{directory}: is the directory of a training run; its model is {model}")
    raise InvalidInputError(f"{directory}: expected the directory of a direct force model ({FILE})")


def _weights_file(element: str) -> str:
    return f"weights.{atomic_numbers[element]:03d}.data"


def _text(model: DirectForces) -> str:
    f = model.features
    rows: list[Sequence[object]] = [("kind", f.kind), ("elements", *f.elements)]
    rows += [("cutoff", float(f.cutoff)), ("cutoff_type", f.cutoff_type)]
    rows += [("gaussian", *map(float, gaussian)) for gaussian in f.gaussians]
    if f.kind == "ellipsoids":
        rows += [("stretch", float(f.stretch)), *(("axis", *map(float, axis)) for axis in f.axes)]
    if f.kind == "equivariant":
        rows += [("product_gaussian", number) for number in f.products]
        rows += [("symfunction_cutoff_type", f.functions_cutoff_type)]
        rows += [("symfunction", line) for line in f.functions]
    rows += [("force_scale", float(model.force_scale))]
    for element, own in model.networks.items():
        pairs = zip(own.mean, own.sigma, strict=True)
        rows += [("input", element, float(mean), float(sigma)) for mean, sigma in pairs]
        rows += [("vector", element, float(factor)) for factor in own.vector_factors]
    if model.measured is not None:
        rows += [("measured", name, value) for name, value in vars(model.measured).items()]
    rows += [("info", *pair) for pair in model.info.items()]
    return HEADER + "".join(" ".join(map(str, row)) + "\n" for row in rows)


class _Lines:
    """The lines of ``forces.nn`` by keyword."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._found: dict[str, list[tuple[int, list[str]]]] = {name: [] for name in (*ONCE, *REPEATED)}
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise FileFormatError(f"{path}: is no text file") from error
        if not text.endswith("\n"):
            self.fail(text.count("\n") + 1, "expected a line end behind the last line; the file is cut short")
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0] not in self._found:
                self.fail(number, f"'{words[0]}' is no known keyword")
            if words[0] in ONCE and self._found[words[0]]:
                self.fail(number, f"keyword '{words[0]}' is given twice; keep one of the two")
            if len(words) == 1:
                self.fail(number, f"expected a value after '{words[0]}'")
            self._found[words[0]].append((number, words[1:]))

    def fail(self, number: int, message: str) -> NoReturn:
        """Name the file, and the line where there is one."""
        raise FileFormatError(f"{self.path}{f':{number}' if number else ''}: {message}")

    def all(self, keyword: str) -> list[list[str]]:
        """The words behind each line of a keyword."""
        return [words for _, words in self._found[keyword]]

    def one(self, keyword: str, fallback: list[str] | None = None) -> list[str]:
        """The words behind a keyword that stands once."""
        if not self._found[keyword] and fallback is None:
            self.fail(0, f"expected a line '{keyword}', there is none; the file is cut short")
        return self._found[keyword][0][1] if self._found[keyword] else fallback or []

    def number(self, keyword: str, fallback: float | None = None) -> float:
        """The number behind a keyword that stands once."""
        if not self._found[keyword] and fallback is not None:
            return fallback
        words = self.one(keyword)
        return self._numbers(self._found[keyword][0][0], words, 1)[0]

    def integer(self, keyword: str, fallback: int | None = None) -> int:
        """The same, whole."""
        value = self.number(keyword, fallback)
        if value != round(value):
            self.fail(self._found[keyword][0][0], f"expected a whole number after '{keyword}', got {value:g}")
        return round(value)

    def numbers(self, keyword: str, n: int, after: str | None = None) -> Array:
        """(lines, n): the numbers of all lines of a keyword, or of those that begin with a word."""
        rows = []
        for number, words in self._found[keyword]:
            if after is None:
                rows.append(self._numbers(number, words, n))
            elif words[0] == after:
                rows.append(self._numbers(number, words[1:], n))
        return np.array(rows, np.float64).reshape(-1, n)

    def integers(self, keyword: str) -> tuple[int, ...]:
        """The whole numbers of all lines of a keyword, one each."""
        found = []
        for number, words in self._found[keyword]:
            (value,) = self._numbers(number, words, 1)
            if value != round(value):
                self.fail(number, f"expected a whole number after '{keyword}', got {value:g}")
            found.append(round(value))
        return tuple(found)

    def named(self, keyword: str, names: Sequence[str]) -> dict[str, list[str]]:
        """The words behind the name on each line of a keyword; all names or none, each once."""
        found: dict[str, list[str]] = {}
        for number, words in self._found[keyword]:
            if words[0] not in names:
                self.fail(number, f"{keyword}: expected one of {', '.join(names)}, got '{words[0]}'")
            if words[0] in found:
                self.fail(number, f"'{keyword} {words[0]}' is given twice; keep one of the two")
            if len(words) == 1:
                self.fail(number, f"expected a value after '{keyword} {words[0]}'")
            found[words[0]] = words[1:]
        missing = [name for name in names if name not in found]
        if found and missing:
            self.fail(0, f"expected a line '{keyword} {missing[0]}' beside the others, there is none")
        return found

    def _numbers(self, number: int, words: Sequence[str], n: int) -> list[float]:
        try:
            values = [float(word) for word in words]
        except ValueError:
            self.fail(number, f"expected {n} numbers, got '{' '.join(words)}'")
        if len(values) != n or not np.isfinite(values).all():
            self.fail(number, f"expected {n} finite numbers, got '{' '.join(words)}'")
        return values


def _features(lines: _Lines) -> Features:
    kind: dict[str, Kind] = {name: name for name in KINDS}
    named = lines.one("kind")[0]
    if named not in kind:
        lines.fail(0, f"kind: expected one of {', '.join(KINDS)}, got '{named}'")
    symbols = lines.one("elements")
    for symbol in symbols:
        if symbol not in atomic_numbers:
            lines.fail(0, f"elements: '{symbol}' is no element")
    axes = lines.numbers("axis", 3)
    return Features(
        kind[named],
        tuple(symbols),
        lines.numbers("gaussian", 2),
        lines.number("cutoff"),
        lines.integer("cutoff_type"),
        axes if len(axes) else np.eye(3),
        lines.number("stretch", 1.5),
        tuple(" ".join(words) for words in lines.all("symfunction")),
        lines.integer("symfunction_cutoff_type", 1),
        lines.integers("product_gaussian"),
    )


def _network(lines: _Lines, directory: Path, element: str) -> ElementNetwork:
    mean, sigma = lines.numbers("input", 2, element).T
    network = _core.NeuralNetwork.read(directory / _weights_file(element))
    return ElementNetwork(network, mean, sigma, lines.numbers("vector", 1, element)[:, 0])


def _measured(lines: _Lines) -> Measured | None:
    names = [entry.name for entry in fields(Measured)]
    found = lines.named("measured", names)
    if not found:
        return None
    values = [lines.numbers("measured", 1, name)[0, 0] for name in names[:-1]]
    drift, temperature, duration, work, rotation = map(float, values)
    return Measured(drift, temperature, duration, work, rotation, " ".join(found["reference"]))
