"""Errors of predicted energies, forces and stresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from ase import Atoms, units
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError


class Predicted(Protocol):
    """What a potential says about one frame: eV, eV/Å with shape (n_atoms, 3), eV/Å³ in Voigt order."""

    @property
    def energy(self) -> float: ...
    @property
    def forces(self) -> NDArray[np.float64]: ...
    @property
    def stress(self) -> NDArray[np.float64] | None: ...


@dataclass(frozen=True)
class ErrorStatistics:
    """Errors over a set of frames; a force error counts every Cartesian component once.

    Stress errors are None where no frame has a stress.
    """

    n_frames: int
    n_atoms: int
    energy_rmse_mev_per_atom: float
    energy_mae_mev_per_atom: float
    force_rmse_mev_per_angstrom: float
    force_mae_mev_per_angstrom: float
    stress_rmse_gpa: float | None = None
    stress_mae_gpa: float | None = None
    groups: dict[str, ErrorStatistics] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The values by name, groups nested; without what is not there."""
        values = {name: value for name, value in vars(self).items() if name != "groups" and value is not None}
        if self.groups:
            values["groups"] = {name: group.to_dict() for name, group in self.groups.items()}
        return values


def compare(frames: Sequence[Atoms], predictions: Sequence[Predicted]) -> ErrorStatistics:
    """Errors of predictions, over all frames and over each group of frames.

    Parameters
    ----------
    frames
        With energy and forces, and perhaps stress; ``info["group"]`` names the group.
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
    names = [str(frame.info.get("group", "")) for frame in frames]
    pairs = list(zip(frames, predictions, strict=True))
    groups = {}
    for name in dict.fromkeys(names):
        if name:
            groups[name] = _statistics([pair for pair, own in zip(pairs, names, strict=True) if own == name])
    return _statistics(pairs, groups)


def _statistics(
    pairs: list[tuple[Atoms, Predicted]], groups: dict[str, ErrorStatistics] | None = None
) -> ErrorStatistics:
    energies = [1000.0 * (said.energy - frame.get_potential_energy()) / len(frame) for frame, said in pairs]
    forces = [1000.0 * (said.forces - frame.get_forces()).ravel() for frame, said in pairs]
    stresses = [
        (said.stress - frame.calc.results["stress"]) / units.GPa
        for frame, said in pairs
        if said.stress is not None and "stress" in frame.calc.results
    ]
    return ErrorStatistics(
        n_frames=len(pairs),
        n_atoms=sum(len(frame) for frame, _ in pairs),
        energy_rmse_mev_per_atom=_rmse(np.array(energies)),
        energy_mae_mev_per_atom=_mae(np.array(energies)),
        force_rmse_mev_per_angstrom=_rmse(np.concatenate(forces)),
        force_mae_mev_per_angstrom=_mae(np.concatenate(forces)),
        stress_rmse_gpa=_rmse(np.concatenate(stresses)) if stresses else None,
        stress_mae_gpa=_mae(np.concatenate(stresses)) if stresses else None,
        groups=groups or {},
    )


def _rmse(errors: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(errors**2)))


def _mae(errors: NDArray[np.float64]) -> float:
    return float(np.mean(np.abs(errors)))
