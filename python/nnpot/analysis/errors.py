"""Errors of predicted energies, forces and stresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError
from nnpot.io.labels import group_of, results_of
from nnpot.prediction import Prediction

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ErrorStatistics:
    """Errors over a set of frames; a force or stress error counts every component once.

    None where no frame has that label; frames that lack it are left out of it alone.
    """

    n_frames: int
    n_atoms: int
    energy_rmse_mev_per_atom: float | None = None
    energy_mae_mev_per_atom: float | None = None
    force_rmse_mev_per_angstrom: float | None = None
    force_mae_mev_per_angstrom: float | None = None
    stress_rmse_gpa: float | None = None
    stress_mae_gpa: float | None = None
    groups: dict[str, ErrorStatistics] = field(default_factory=dict)
    """The errors of each group, by ``info["group"]``."""
    elements: dict[str, ErrorStatistics] = field(default_factory=dict)
    """The errors of the forces on the atoms of each element, by atomic number."""

    def to_dict(self) -> dict[str, Any]:
        """The values by name, groups and elements nested; without what is not there."""
        values = {}
        for name, value in vars(self).items():
            if isinstance(value, dict):
                value = {key: statistics.to_dict() for key, statistics in value.items()} or None
            if value is not None:
                values[name] = value
        return values


@dataclass(frozen=True)
class FrameErrors:
    """Prediction minus reference of one frame; None for what the frame does not say."""

    symbols: NDArray[np.str_]
    group: str
    energy: float | None
    """meV/atom"""
    forces: Array | None
    """(n_atoms, 3) meV/Å"""
    stress: Array | None
    """(6,) GPa"""

    @property
    def force_rmse(self) -> float | None:
        """Over all components, meV/Å."""
        return None if self.forces is None else rmse(self.forces)

    @property
    def worst_atom(self) -> int | None:
        """The atom whose force is missed by the longest vector."""
        return None if self.forces is None else int(np.linalg.norm(self.forces, axis=1).argmax())


def frame_errors(frame: Atoms, said: Prediction) -> FrameErrors:
    """Compare one frame with its prediction."""
    labels = results_of(frame)

    def difference(name: str) -> Any:
        reference, predicted = labels.get(name), getattr(said, name)
        return None if reference is None or predicted is None else predicted - reference

    energy, forces, stress = (difference(name) for name in ("energy", "forces", "stress"))
    return FrameErrors(
        symbols=np.array(frame.get_chemical_symbols()),
        group=group_of(frame),
        energy=None if energy is None else 1000.0 * float(energy) / len(frame),
        forces=None if forces is None else 1000.0 * forces,
        stress=None if stress is None else stress / units.GPa,
    )


def compare(frames: Sequence[Atoms], predictions: Sequence[Prediction]) -> ErrorStatistics:
    """Errors of predictions, over all frames, each group of frames, and the forces on each element.

    Parameters
    ----------
    frames
        With energy, forces or stress, as far as there; ``info["group"]`` names the group.
    predictions
        One per frame, in the same order.

    Raises
    ------
    InvalidInputError
        If there are no frames, or not as many predictions.
    """
    if not frames or len(frames) != len(predictions):
        raise InvalidInputError(
            f"expected as many predictions as frames, and one at least: got {len(predictions)} "
            f"predictions for {len(frames)} frames"
        )
    return statistics([frame_errors(frame, said) for frame, said in zip(frames, predictions, strict=True)])


def statistics(errors: Sequence[FrameErrors]) -> ErrorStatistics:
    """Sum up the errors of frames, as a whole and by group and element."""
    names = [name for name in dict.fromkeys(frame.group for frame in errors) if name]
    groups = {name: _over([frame for frame in errors if frame.group == name]) for name in names}
    return replace(_over(errors), groups=groups, elements=_by_element(errors))


def _over(errors: Sequence[FrameErrors]) -> ErrorStatistics:
    energies = [np.array([frame.energy]) for frame in errors if frame.energy is not None]
    forces = [frame.forces.ravel() for frame in errors if frame.forces is not None]
    stresses = [frame.stress for frame in errors if frame.stress is not None]
    return ErrorStatistics(
        len(errors),
        sum(len(frame.symbols) for frame in errors),
        *_rmse_and_mae(energies),
        *_rmse_and_mae(forces),
        *_rmse_and_mae(stresses),
    )


def _by_element(errors: Sequence[FrameErrors]) -> dict[str, ErrorStatistics]:
    found = sorted(
        {str(symbol) for frame in errors for symbol in np.unique(frame.symbols)},
        key=atomic_numbers.__getitem__,
    )
    result = {}
    for element in found:
        own = [(frame, frame.symbols == element) for frame in errors if element in frame.symbols]
        forces = [frame.forces[atoms].ravel() for frame, atoms in own if frame.forces is not None]
        n_atoms = sum(int(atoms.sum()) for _, atoms in own)
        result[element] = ErrorStatistics(len(own), n_atoms, None, None, *_rmse_and_mae(forces))
    return result


def _rmse_and_mae(parts: Sequence[Array]) -> tuple[float | None, float | None]:
    if not parts:
        return None, None
    errors = np.concatenate(parts)
    return rmse(errors), float(np.mean(np.abs(errors)))


def rmse(errors: Array) -> float:
    """The root mean square."""
    return float(np.sqrt(np.mean(errors**2)))
