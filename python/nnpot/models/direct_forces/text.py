"""What a direct force model consists of beside its features, and the text of its ``forces.nn``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.io.keyword_file import KeywordFile
from nnpot.models.direct_forces.features import KINDS, Features, Kind

Array = NDArray[np.float64]

HEADER = "# Direct force networks of nnpot (docs/formats.md): eV, Å, ps, K\n"
ONCE = ("kind", "elements", "cutoff", "cutoff_type", "stretch", "symfunction_cutoff_type", "force_scale")
REPEATED = ("gaussian", "axis", "product_gaussian", "symfunction", "input", "vector", "measured", "info")


@dataclass(frozen=True)
class Measured:
    """What is lost because the forces are no gradient, and need not turn with the atoms.

    Raises
    ------
    InvalidInputError
        If a figure is not finite.
    """

    drift: float
    """meV/atom/ps: how fast the total energy changes in dynamics (docs/direct_forces.md)."""
    temperature: float
    """K, at which these dynamics began."""
    duration: float
    """ps, of the shortest of these runs; one that gains too much energy is ended early."""
    loop_work: float
    """eV: root mean square work around closed loops."""
    rotation_error: float
    """meV/Å: root mean square difference of the forces' components after a rotation."""
    reference: str
    """The energy that drifts, in words: kinetic energy plus that of this model."""

    def __post_init__(self) -> None:
        for name in ("drift", "temperature", "duration", "loop_work", "rotation_error"):
            value = getattr(self, name)
            if not np.isfinite(value):
                raise InvalidInputError(f"measured {name}: expected a finite number, got {value:g}")


@dataclass(frozen=True)
class ElementNetwork:
    """The network of one element, and the scaling on both of its sides."""

    network: _core.NeuralNetwork
    """A network from (value - mean) / sigma of its inputs to components or coefficients."""
    mean: Array
    sigma: Array
    """(F,), of the inputs over the training atoms."""
    vector_factors: Array
    """(V,): the vectors are multiplied by these before their coefficients; empty without vectors."""


def weights_file(element: str) -> str:
    """The name of the file of an element's network."""
    return f"weights.{atomic_numbers[element]:03d}.data"


def to_text(
    f: Features,
    networks: Mapping[str, ElementNetwork],
    force_scale: float,
    measured: Measured | None,
    info: Mapping[str, str],
) -> str:
    """The text of a model, without the weights."""
    rows: list[Sequence[object]] = [("kind", f.kind), ("elements", *f.elements)]
    rows += [("cutoff", float(f.cutoff)), ("cutoff_type", f.cutoff_type)]
    rows += [("gaussian", *map(float, gaussian)) for gaussian in f.gaussians]
    if f.kind == "ellipsoids":
        rows += [("stretch", float(f.stretch)), *(("axis", *map(float, axis)) for axis in f.axes)]
    if f.kind == "equivariant":
        rows += [("product_gaussian", number) for number in f.products]
        rows += [("symfunction_cutoff_type", f.functions_cutoff_type)]
        rows += [("symfunction", line) for line in f.functions]
    rows += [("force_scale", float(force_scale))]
    for element, own in networks.items():
        pairs = zip(own.mean, own.sigma, strict=True)
        rows += [("input", element, float(mean), float(sigma)) for mean, sigma in pairs]
        rows += [("vector", element, float(factor)) for factor in own.vector_factors]
    if measured is not None:
        rows += [("measured", name, value) for name, value in vars(measured).items()]
    rows += [("info", *pair) for pair in info.items()]
    return HEADER + "".join(" ".join(map(str, row)) + "\n" for row in rows)


def read_features(lines: KeywordFile) -> Features:
    """The features, with all their parameters."""
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


def read_network(lines: KeywordFile, directory: Path, element: str) -> ElementNetwork:
    """The network of an element, from a file of its own, and its scaling."""
    mean, sigma = lines.numbers("input", 2, element).T
    network = _core.NeuralNetwork.read(directory / weights_file(element))
    return ElementNetwork(network, mean, sigma, lines.numbers("vector", 1, element)[:, 0])


def read_measured(lines: KeywordFile) -> Measured | None:
    """What was measured, where it was."""
    names = [entry.name for entry in fields(Measured)]
    found = lines.named("measured", names)
    if not found:
        return None
    values = [lines.numbers("measured", 1, name)[0, 0] for name in names[:-1]]
    drift, temperature, duration, work, rotation = map(float, values)
    return Measured(drift, temperature, duration, work, rotation, " ".join(found["reference"].words))
