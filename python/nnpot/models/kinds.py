"""What a directory holds: the kinds of models, how one is recognised, and the reader of all of them."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

from nnpot import _core
from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.models.model import Model, Precision
from nnpot.prediction import Prediction
from nnpot.support.messages import shortened
from nnpot.units import UnitSystem

Names = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
"""The directory of a model, or those of the members of a committee."""
M = TypeVar("M", bound=Model)

GROUP = "nnpot.kinds"
"""The entry points by which packages bring kinds: name = the file that tells, value = "module:class"."""
BUILT_IN = tuple(
    EntryPoint(file, f"nnpot.models.{place}", GROUP)
    for file, place in (
        ("input.nn", "potential:Potential"),
        ("features.nn", "feature_model:FeatureModel"),
        ("forces.nn", "direct_forces.model:DirectForces"),
    )
)
_registered: dict[str, type[Model]] = {}


def register(kind: type[M]) -> type[M]:
    """Let directories that hold ``kind.file`` be read as this kind of model in this process; a decorator.

    Raises
    ------
    InvalidInputError
        If it is no class of models, lacks what one must offer, or has the file of a built-in kind.
    """
    if not (isinstance(kind, type) and issubclass(kind, Model)) or inspect.isabstract(kind):
        raise InvalidInputError(f"register: expected a class that offers all of Model, got {shortened(kind)}")
    for name in ("what", "file"):
        if not isinstance(getattr(kind, name, None), str) or not getattr(kind, name):
            raise InvalidInputError(f"register: expected a text as {kind.__name__}.{name}")
    if kind.file in {entry.name for entry in BUILT_IN}:
        raise InvalidInputError(f"register: {kind.file} is the file of a built-in kind; take another")
    unknown = set(kind.gives) - set(Prediction.__dataclass_fields__)
    if unknown:
        raise InvalidInputError(
            f"register: {kind.__name__}.gives: no prediction has {', '.join(sorted(unknown))}"
        )
    _registered[kind.file] = kind
    return kind


def _known() -> Iterator[EntryPoint]:
    yield from BUILT_IN
    yield from entry_points(group=GROUP)  # looked for where a directory is of none of the others alone


def kind_of(directory: Path) -> type[Model] | None:
    """The kind of the model in a directory; None where there is none."""
    for file, kind in _registered.items():
        if (directory / file).exists():
            return kind
    for entry in _known():
        if (directory / entry.name).exists():
            return cast("type[Model]", entry.load())
    return None


def require_kind(kind: type[Model], directory: Path) -> None:
    """Refuse a directory that holds no model of this kind, and say what it holds.

    Raises
    ------
    InvalidInputError
        If it holds another kind of model, or is the directory of a training, whose models are named.
    FileFormatError
        If there is no model.
    """
    if (directory / kind.file).exists():
        return
    other = kind_of(directory)
    if other is not None:
        raise InvalidInputError(f"{directory}: is {other.what}; {other.loader} reads it")
    _fail(directory, f"{kind.what} ({kind.file})")


def _fail(directory: Path, expected: str) -> NoReturn:
    _core.require_no_run(os.fspath(directory))
    raise FileFormatError(f"{directory}: expected the directory of {expected}; there is none")


def models_in(directory: Path) -> list[Path]:
    """The directories of models that one holds: itself, or those of a training run; itself where none are."""
    if kind_of(directory) is not None:
        return [directory]
    if kind_of(directory / "model") is not None:
        return [directory / "model"]
    members = [path for path in directory.glob("model_*") if kind_of(path) is not None]
    return sorted(members, key=lambda path: (len(path.name), path)) or [directory]


def load(model_dir: Names, units: UnitSystem | str | None = None, precision: Precision = "double") -> Model:
    """Read a model of any kind: a `Potential`, a `FeatureModel`, `DirectForces`.

    Parameters
    ----------
    model_dir
        The directory; several are a committee, of models of one kind.
    units
        The units of a potential's files; None where ``model.info`` states them.
    precision
        ``"double"`` or, of a potential, ``"mixed"``; see `Potential`.

    Warns
    -----
    NonConservativeWarning
        If the model gives forces without an energy.

    Raises
    ------
    FileFormatError
        If a file is damaged; the message says where.
    InvalidInputError
        If neither ``units`` nor ``model.info`` states the units, the directory is that of a training run, or
        models of a committee do not share what they must.
    OSError
        If a file cannot be read.
    """
    directories = directories_of(model_dir)
    kind = kind_of(directories[0])
    if kind is None:
        files = [*(entry.name for entry in _known()), *_registered]
        _fail(directories[0], f"a model ({', '.join(files)})")
    return load_kind(kind, directories, units, precision)


def load_kind(
    kind: type[M], model_dir: Names, units: UnitSystem | str | None = None, precision: Precision = "double"
) -> M:
    """Read a model that must be of one kind; otherwise as `load`."""
    directories = directories_of(model_dir)
    require_kind(kind, directories[0])
    for directory in directories[1:]:
        other = kind_of(directory)
        if other not in (None, kind):
            raise InvalidInputError(
                f"{directory}: is {other.what}, but {directories[0]} is {kind.what}; the members of a "
                f"committee are of one kind"
            )
        require_kind(kind, directory)
    system = None if units is None else UnitSystem(units)
    where = f"{directories[0]}: is {kind.what}"
    if "units" not in kind.options and system not in (None, UnitSystem.metal):
        raise InvalidInputError(f"{where}, whose files are in eV and Å; leave the units away")
    if "precision" not in kind.options and precision != "double":
        raise InvalidInputError(f'{where}, which knows precision "double" alone, got {shortened(precision)}')
    if "committee" not in kind.options and len(directories) > 1:
        raise InvalidInputError(f"{where}, of which there are no committees; give one directory")
    model = kind.read(directories, None if system is None else system.value, precision)
    for caution in model.cautions([os.fspath(directory) for directory in directories]):
        warnings.warn(caution, stacklevel=3)
    return model


def directories_of(model_dir: Names) -> list[Path]:
    """The directories of a model, or of those of a committee, named by their user.

    Raises
    ------
    InvalidInputError
        If these are no names, or none at all.
    """
    one = isinstance(model_dir, str | bytes | os.PathLike) or not isinstance(model_dir, Iterable)
    given: list[Any] = [model_dir] if one else list(cast("Iterable[Any]", model_dir))
    if not given:
        raise InvalidInputError("expected at least one model directory, got none")
    for name in given:
        if not isinstance(name, str | os.PathLike) or not isinstance(os.fspath(name), str) or name == "":
            raise InvalidInputError(
                f"expected the name of a model directory, or a list of them, got {shortened(name)}"
            )
    return [Path(name) for name in given]
