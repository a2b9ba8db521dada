"""What every kind of model offers: predictions of many frames, files, copies, words about itself."""

from __future__ import annotations

import os
import tempfile
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from nnpot import _core
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.prediction import Prediction
from nnpot.support.described import Described
from nnpot.support.files import atomic_directory
from nnpot.support.messages import shortened

if TYPE_CHECKING:
    from ase import Atoms
    from typing_extensions import Self

Precision = Literal["double", "mixed"]
"""Arithmetic of the symmetry functions."""
Table = tuple[Sequence[str], list[Sequence[object]]]
"""The headers and rows of a table."""

FRAMES_AHEAD = 8
"""Per thread, how many frames `Model.predict_many` hands out before the first of them is fetched."""


class Model(Described, ABC):
    """A model of any kind; docs/adding_a_kind.md says what a new one must offer and what it gets."""

    what: ClassVar[str]
    """The name of the kind, with an article: "a potential"."""
    file: ClassVar[str]
    """The file by which a directory is recognised."""
    loader: ClassVar[str] = "nnpot.load"
    """The function that reads it, for messages."""
    options: ClassVar[frozenset[str]] = frozenset()
    """The choices, of "units", "precision" and "committee", that `read` understands."""
    gives: ClassVar[frozenset[str]] = frozenset({"energy", "forces"})
    """The fields of `Prediction` that may be there."""
    sees_features: ClassVar[bool] = False
    """A model that is asked about frames of feature files has True here."""
    info: Mapping[str, str] = {}
    """The origin of the model, by keyword."""

    @classmethod
    @abstractmethod
    def read(cls, directories: Sequence[Path], units: str | None, precision: Precision) -> Self:
        """Read a directory that holds `file`, or those of a committee; see `nnpot.load`."""

    @abstractmethod
    def write(self, directory: Path, member: int = 0) -> None:
        """Write the files of one member into a directory that exists."""

    @abstractmethod
    def predict(self, atoms: Atoms, /, *, uncertainty: bool = False) -> Prediction:
        """What the model says about one structure, in any number of threads."""

    @property
    @abstractmethod
    def elements(self) -> Sequence[str]:
        """The elements' symbols, by atomic number."""

    @property
    def precision(self) -> Precision:
        """The arithmetic of the symmetry functions."""
        return "double"

    @property
    def n_members(self) -> int:
        """How many models a committee has; 1 without one."""
        return 1

    @property
    def atom_energies(self) -> Mapping[str, float]:
        """Offset per atom of each element, eV; of a committee that of the first; empty without any."""
        return {}

    def facts(self) -> dict[str, str]:
        """What the model is, by name, with units: its ``repr``, and what ``nnpot doctor`` says."""
        members = {"members": str(self.n_members)} if self.n_members > 1 else {}
        return {"elements": ", ".join(self.elements), **members}

    def table(self) -> Table:
        """A table of the model for a report."""
        return ("model", ""), list(self.facts().items())

    def notes(self) -> list[str]:
        """Paragraphs about the model for a report."""
        return []

    def cautions(self, names: Sequence[str]) -> list[str | Warning]:
        """What to warn of whoever reads the model from directories of these names."""
        return []

    def predict_step(
        self, atoms: Atoms, neighbors: _core.VerletList, *, uncertainty: bool = False
    ) -> Prediction:
        """`predict` for a step of a trajectory; ``neighbors`` may keep what holds for the next."""
        return self.predict(atoms, uncertainty=uncertainty)

    def save(self, directory: str | os.PathLike[str]) -> list[Path]:
        """Write the model to a directory, whole or not at all, in the place of a model that is there.

        Returns
        -------
        list of pathlib.Path
            What `nnpot.load` reads: the directory, or of a committee ``model_1``, ``model_2``, ... inside it.

        Raises
        ------
        InvalidInputError
            If the directory holds files of another kind, which would be lost.
        OSError, NnpotError
            If it cannot be written.
        """
        if not isinstance(directory, str | os.PathLike) or os.fspath(directory) == "":
            raise InvalidInputError(f"expected the name of a directory, got {shortened(directory)}")
        target = Path(directory)
        if target.exists() and not target.is_dir():
            raise InvalidInputError(f"{target}: is a file; name a directory for the model")
        target.parent.mkdir(parents=True, exist_ok=True)
        names = [""] if self.n_members == 1 else [f"model_{n + 1}" for n in range(self.n_members)]
        with atomic_directory(target) as inside:
            for member, name in enumerate(names):
                (inside / name).mkdir(exist_ok=True)
                self.write(inside / name, member)
            _require_files_of_models(target, {path.name for path in inside.rglob("*")})
        return [target / name for name in names]

    def __reduce__(self) -> tuple[Callable[..., Model], tuple[object, ...]]:
        """Pickled and deep-copied as its files, which any machine can read."""
        return _from_files, (type(self), [self._files(n) for n in range(self.n_members)], self.precision)

    def _files(self, member: int) -> dict[str, bytes]:
        with tempfile.TemporaryDirectory() as name:
            self.write(Path(name), member)
            return {path.name: path.read_bytes() for path in Path(name).iterdir()}

    def predict_many(
        self, frames: Iterable[Atoms], threads: int | None = None, uncertainty: bool = False
    ) -> Iterator[Prediction]:
        """Predictions of many structures, on all cores; the same numbers as one by one.

        Parameters
        ----------
        frames
            As for `predict`; read only a little ahead of the predictions that are fetched.
        threads
            How many structures are worked on at once; None for one per core that this process may use.
        uncertainty
            As for `predict`.

        Returns
        -------
        Iterator[Prediction]
            In the order of the frames. Dropped half way, it leaves the frames that follow alone.

        Raises
        ------
        NnpotError
            If a frame cannot be predicted; the message names it by its number.
        """
        n_threads = len(os.sched_getaffinity(0)) if threads is None else threads
        if not isinstance(n_threads, int) or isinstance(n_threads, bool):
            raise InvalidInputError(f"threads: expected a whole number, got {shortened(threads)}")
        if n_threads < 1:
            raise InvalidInputError(f"threads: expected at least 1, got {threads}")
        if not isinstance(frames, Iterable):
            raise InvalidInputError(f"frames: expected a list of ase.Atoms, got {shortened(frames)}")
        tasks = (partial(self._predict_numbered, *frame, uncertainty) for frame in enumerate(frames))
        return (task() for task in tasks) if n_threads == 1 else _in_threads(tasks, n_threads)

    def _predict_numbered(self, number: int, frame: Atoms, uncertainty: bool) -> Prediction:
        try:
            return self.predict(frame, uncertainty=uncertainty)
        except NnpotError as error:
            raise type(error)(f"frame {number} (counted from 0): {error}") from error


def _in_threads(tasks: Iterator[Callable[[], Prediction]], threads: int) -> Iterator[Prediction]:
    ahead: deque[Callable[[], Prediction]] = deque()
    with ThreadPoolExecutor(threads, "nnpot") as pool:
        try:
            for task in tasks:
                try:
                    ahead.append(pool.submit(task).result)
                except RuntimeError:  # the interpreter is about to end and starts nothing any more
                    ahead.append(task)
                if len(ahead) >= FRAMES_AHEAD * threads:
                    yield ahead.popleft()()
            while ahead:
                yield ahead.popleft()()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _require_files_of_models(directory: Path, names: set[str]) -> None:
    """Refuse to replace a directory with files that no model of such names has."""
    for path in directory.rglob("*") if directory.is_dir() else ():
        if not path.is_dir() and path.name not in names and not path.match("weights.*.data"):
            raise InvalidInputError(
                f"{directory}: holds {path.relative_to(directory)}, which is no file of this kind of model "
                f"and would be lost; name another directory"
            )


def _from_files(kind: type[Model], members: list[dict[str, bytes]], precision: Precision) -> Model:
    with tempfile.TemporaryDirectory() as name:
        places = [Path(name) / str(number) for number in range(len(members))]
        for place, files in zip(places, members, strict=True):
            place.mkdir()
            for file, content in files.items():
                (place / file).write_bytes(content)
        return kind.read(places, None, precision)


def require_atoms(frame: object) -> None:
    """Refuse what is no structure, a list of structures above all.

    Raises
    ------
    InvalidInputError
        If it lacks what a structure has.
    """
    if not all(hasattr(frame, name) for name in ("positions", "numbers", "cell", "pbc")):
        raise InvalidInputError(
            f"expected one ase.Atoms, got {type(frame).__name__} {shortened(frame)}; predict_many takes a "
            f"list of them"
        )


def network_table(
    inputs: str, networks: Mapping[str, Sequence[_core.Layer]], atom_energies: Mapping[str, float]
) -> Table:
    """A table of the networks that give atoms of each element their energies; ``inputs``: what they see."""
    rows: list[Sequence[object]] = []
    for element, layers in networks.items():
        sizes = [len(layers[0][0]), *(len(biases) for _, biases, _ in layers)]
        letters = "".join(letter for _, _, letter in layers)
        n_weights = sum(weights.size + biases.size for weights, biases, _ in layers)
        energy = f"{atom_energies[element]:.6f}"
        rows.append((element, sizes[0], "–".join(map(str, sizes)), letters, n_weights, energy))
    return ("element", inputs, "network", "activations", "weights", "energy offset (eV)"), rows
