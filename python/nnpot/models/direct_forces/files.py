"""The directory of a direct force model: ``forces.nn`` and one ``weights.ZZZ.data`` per element."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnpot import _core
from nnpot.errors import FileFormatError, InvalidInputError, NonConservativeWarning, UnknownElementError
from nnpot.io.keyword_file import KeywordFile
from nnpot.models.direct_forces.features import KINDS, Features, Kind
from nnpot.models.direct_forces.model import DirectForces, ElementNetwork, Measured
from nnpot.models.potential import directories_of
from nnpot.support.files import atomic_directory, atomic_write

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
    (directory,) = directories_of([model_dir])
    model = read_direct_forces(directory)
    warnings.warn(f"{os.fspath(model_dir)}: {_caution(model)}", NonConservativeWarning, stacklevel=2)
    return model


def read_direct_forces(directory: Path) -> DirectForces:
    """The same without the warning, for those who measure it."""
    _require_direct_forces(directory)
    lines = KeywordFile(directory / FILE, ONCE, REPEATED)
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
    _core.require_no_run(os.fspath(directory))
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


def _features(lines: KeywordFile) -> Features:
    kind: dict[str, Kind] = {name: name for name in KINDS}
    named, elements = lines.one("kind"), lines.one("elements")
    if len(named.words) != 1 or named.words[0] not in kind:
        lines.fail(named.number, f"kind: expected one of {', '.join(KINDS)}, got '{' '.join(named.words)}'")
    for symbol in elements.words:
        if symbol not in atomic_numbers or symbol == "X":
            lines.fail(elements.number, f"elements: expected symbols of elements, '{symbol}' is no element")
    for keyword in ("input", "vector"):
        lines.require_names(keyword, elements.words)
    axes = lines.numbers("axis", 3)
    return Features(
        kind[named.words[0]],
        tuple(elements.words),
        lines.numbers("gaussian", 2),
        lines.number("cutoff"),
        lines.integer("cutoff_type"),
        axes if len(axes) else np.eye(3),
        lines.number("stretch", 1.5),
        tuple(" ".join(words) for words in lines.all("symfunction")),
        lines.integer("symfunction_cutoff_type", 1),
        lines.integers("product_gaussian"),
    )


def _network(lines: KeywordFile, directory: Path, element: str) -> ElementNetwork:
    mean, sigma = lines.numbers("input", 2, element).T
    network = _core.NeuralNetwork.read(directory / _weights_file(element))
    return ElementNetwork(network, mean, sigma, lines.numbers("vector", 1, element)[:, 0])


def _measured(lines: KeywordFile) -> Measured | None:
    names = [entry.name for entry in fields(Measured)]
    found = lines.named("measured", names)
    if not found:
        return None
    values = [lines.numbers("measured", 1, name)[0, 0] for name in names[:-1]]
    drift, temperature, duration, work, rotation = map(float, values)
    return Measured(drift, temperature, duration, work, rotation, " ".join(found["reference"].words))
