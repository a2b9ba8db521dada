"""A neural network potential: the energy of a structure and its derivatives."""

from __future__ import annotations

import os
import tempfile
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from nnpot import _core
from nnpot.cells import cell_volume
from nnpot.errors import InvalidInputError, NnpotError
from nnpot.prediction import Prediction, Uncertainty
from nnpot.structures import structure_of
from nnpot.support.messages import shortened
from nnpot.units import UnitSystem

if TYPE_CHECKING:
    from ase import Atoms


Precision = Literal["double", "mixed"]
"""Arithmetic of the symmetry functions."""

NEUTRAL = 1e-5
"""e: what a cell may have for LAMMPS's k-space styles to call it neutral, and for us."""

FRAMES_AHEAD = 8
"""Per thread, how many frames `Potential.predict_many` hands out before the first of them is fetched."""


class Potential:
    """A potential that is ready to evaluate structures, in any number of threads.

    E = Σ_i E_i over atoms, E_i from the network of the atom's element (Behler and Parrinello 2007). A
    committee is the mean of the energies of its members, and forces and stress belong to that.

    Parameters
    ----------
    model
        The values that define the potential, or those of each member of a committee: models that share
        elements, symmetry functions, cutoff function and charges. See `load` for models on disk.
    precision
        ``"mixed"`` calculates symmetry functions and their derivatives in single precision, in half the time;
        docs/engine.md says how far results deviate. Networks and sums over atoms are double in any case.
    """

    def __init__(self, model: _core.Model | Sequence[_core.Model], precision: Precision = "double") -> None:
        self._members = [model] if isinstance(model, _core.Model) else list(model)
        self._precision = precision
        self._engines = threading.local()
        self._engine()  # an impossible model is refused here
        self._model = self._members[0]  # for what all have in common
        self._told_of_charge = not self.charges

    @property
    def n_members(self) -> int:
        """How many networks each element has; 1 without a committee."""
        return len(self._members)

    @property
    def cutoff(self) -> float:
        """The largest cutoff radius of the symmetry functions, Å."""
        return self._model.cutoff

    @property
    def elements(self) -> list[str]:
        """The elements' symbols, by atomic number."""
        return self._model.elements

    @property
    def charges(self) -> dict[str, float]:
        """Of each element, e; empty without a Coulomb energy."""
        long_range = self._model.long_range
        return {} if long_range is None else long_range.charges

    @property
    def precision(self) -> Precision:
        """``"double"`` or ``"mixed"``."""
        return self._precision

    def symmetry_functions(self) -> _core.SymmetryFunctions:
        """The symmetry functions that the networks see, for analysis: raw values, before they are scaled.

        The columns of an element are the inputs of its network, in this order. Always in double precision.

        Examples
        --------
        >>> functions = potential.symmetry_functions()
        >>> values = functions.values(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)
        """
        lines = [line for element in self.elements for line in self._model.functions(element)]
        return _core.SymmetryFunctions(
            self.elements, lines, self._model.cutoff_type, self._model.cutoff_alpha
        )

    def scaling(self, element: str) -> NDArray[np.float64]:
        """Columns min, max, mean, sigma over the training frames, a row for each function of an element."""
        return self._model.scaling(element)

    def predict(
        self, atoms: Atoms, neighbors: _core.VerletList | None = None, uncertainty: bool = False
    ) -> Prediction:
        """Energy, forces and stress of one structure.

        Parameters
        ----------
        atoms
            Any cell and any periodic directions; the cell may be smaller than the cutoff.
        neighbors
            Keeps the neighbors from one step of a trajectory to the next; None to search them every time.
        uncertainty
            Whether to find that, too. Energy and forces are the same either way; of a committee each member
            takes another sweep back through the symmetry functions.

        Raises
        ------
        UnknownElementError
            If the structure holds an element that the model was not trained for.
        InvalidInputError
            If it is no ``ase.Atoms``, a position is not finite, or two atoms are on the same place.
        """
        require_atoms(atoms)
        found = self._engine().predict(structure_of(atoms), neighbors, uncertainty)
        self._warn_of_charge(atoms)
        volume = cell_volume(atoms)
        return Prediction(
            found.energy,
            found.forces,
            None if volume is None else found.stress(volume),
            found.virial,
            found.atomic_energies,
            found.atomic_virials,
            _trust(found.uncertainty),
        )

    def predict_many(
        self, frames: Iterable[Atoms], threads: int | None = None, uncertainty: bool = False
    ) -> Iterator[Prediction]:
        """Energy, forces and stress of many structures, on all cores; the same numbers as one by one.

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
        if n_threads < 1:
            raise InvalidInputError(f"threads: expected at least 1, got {threads}")
        numbered = enumerate(frames)
        if n_threads == 1:
            return (self._predict_numbered(*frame, uncertainty) for frame in numbered)
        return self._predict_in_threads(numbered, n_threads, uncertainty)

    def _predict_in_threads(
        self, numbered: Iterator[tuple[int, Atoms]], threads: int, uncertainty: bool
    ) -> Iterator[Prediction]:
        ahead: deque[Callable[[], Prediction]] = deque()
        with ThreadPoolExecutor(threads, "nnpot") as pool:
            try:
                for frame in numbered:
                    task = partial(self._predict_numbered, *frame, uncertainty)
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

    def _predict_numbered(self, number: int, frame: Atoms, uncertainty: bool) -> Prediction:
        try:
            return self.predict(frame, uncertainty=uncertainty)
        except NnpotError as error:
            raise type(error)(f"frame {number} (counted from 0): {error}") from error

    def __reduce__(self) -> tuple[Callable[..., Potential], tuple[list[dict[str, str]], Precision]]:
        """Pickled and deep-copied as the text of its files, which any machine can read."""
        return _from_texts, ([_texts(model) for model in self._members], self._precision)

    def _warn_of_charge(self, atoms: Atoms) -> None:
        """Say once of a potential what LAMMPS says of such a cell, too."""
        if self._told_of_charge:
            return
        total = sum(q * np.count_nonzero(atoms.symbols == symbol) for symbol, q in self.charges.items())
        if abs(total) > NEUTRAL:
            self._told_of_charge = True
            warnings.warn(
                f"the cell is not neutral: the charges of the model sum up to {total:+.6g} e over "
                f"{atoms.get_chemical_formula()}; a uniform background neutralises it, but the model was "
                f"trained on neutral cells alone",
                stacklevel=3,
            )

    def _engine(self) -> _core.Predictor:
        """This thread's own engine: engines have scratch memory and run without the GIL."""
        engine: _core.Predictor | None = getattr(self._engines, "engine", None)
        if engine is None:
            engine = self._engines.engine = _core.Predictor(self._members, self._precision)
        return engine


def load(
    model_dir: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    units: UnitSystem | str | None = None,
    precision: Precision = "double",
) -> Potential:
    """Read a model directory (``input.nn``, ``scaling.data``, ``weights.ZZZ.data``, ``model.info``).

    Parameters
    ----------
    model_dir
        The directory; several are a committee.
    units
        The units of the files; None where ``model.info`` states them.
    precision
        ``"double"`` or ``"mixed"``; see `Potential`.

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
    name = None if units is None else UnitSystem(units).value
    members = []
    for directory in directories:
        members.append(_core.Model.read(os.fspath(directory), name))
        for line in members[-1].warnings:
            warnings.warn(line, stacklevel=2)
    names = [os.fspath(directory) for directory in directories]
    for line in _core.find_equal_members(members, names):
        warnings.warn(line, stacklevel=2)
    try:
        return Potential(members, precision)
    except NnpotError as error:
        raise type(error)(f"{', '.join(names)}: {error}") from error


def directories_of(model_dir: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> list[Path]:
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


def _trust(found: _core.Uncertainty | None) -> Uncertainty | None:
    if found is None:
        return None
    return Uncertainty(found.grades, found.force_spreads, found.energy_spreads, found.energy_spread)


def _texts(model: _core.Model) -> dict[str, str]:
    """The files of a model."""
    with tempfile.TemporaryDirectory() as name:
        model.write(name)
        return {path.name: path.read_text("utf-8") for path in Path(name).iterdir()}


def _from_texts(members: list[dict[str, str]], precision: Precision) -> Potential:
    models = []
    for texts in members:
        with tempfile.TemporaryDirectory() as name:
            for file, text in texts.items():
                (Path(name) / file).write_text(text, "utf-8")
            models.append(_core.Model.read(name, None))
    return Potential(models, precision)
