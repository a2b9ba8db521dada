"""The frames that a potential misses most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms

from nnpot.analysis.errors import FrameErrors

SOURCE = "source"
"""Key of ``Atoms.info`` that says where a frame comes from, for example ``"liquid.xyz: frame 12"``."""


@dataclass(frozen=True)
class FrameSummary:
    """A row of a table: where a frame is found, what it holds, and how far the potential is from it."""

    frame: str
    """File and number where the frame says so, otherwise its number among the frames given, from 0."""
    group: str
    formula: str
    n_atoms: int
    energy_error_mev_per_atom: float | None
    """Prediction minus reference."""
    force_rmse_mev_per_angstrom: float | None
    force_error_mev_per_angstrom: float | None
    """Length of the difference vector on the worst atom."""
    atom: str
    """The worst atom: its element and number in the frame, from 0."""

    def to_dict(self) -> dict[str, Any]:
        """The values by name; without what is not there."""
        return {name: value for name, value in vars(self).items() if value not in (None, "")}


@dataclass(frozen=True)
class WorstFrames:
    """The worst frames, the worst first."""

    by_energy: list[FrameSummary]
    """The order is that of the absolute errors of the energy per atom."""
    by_forces: list[FrameSummary]
    """The order is that of the longest error vectors of a force."""

    def to_dict(self) -> dict[str, Any]:
        """Both lists by name."""
        return {name: [frame.to_dict() for frame in frames] for name, frames in vars(self).items()}


def worst_frames(frames: Sequence[Atoms], errors: Sequence[FrameErrors], n: int = 5) -> WorstFrames:
    """Find the frames with the largest errors.

    Parameters
    ----------
    frames
        Their ``info["source"]`` says where they come from.
    errors
        Of each frame, in the same order.
    n
        How many frames of each kind; frames without the label are left out.
    """
    rows = [
        summary(number, frame, own) for number, (frame, own) in enumerate(zip(frames, errors, strict=True))
    ]
    return WorstFrames(
        _largest(rows, "energy_error_mev_per_atom", n), _largest(rows, "force_error_mev_per_angstrom", n)
    )


def summary(number: int, frame: Atoms, errors: FrameErrors) -> FrameSummary:
    """One row of a table of worst frames."""
    atom = errors.worst_atom
    return FrameSummary(
        frame=str(frame.info.get(SOURCE, f"frame {number}")),
        group=errors.group,
        formula=frame.get_chemical_formula(),
        n_atoms=len(frame),
        energy_error_mev_per_atom=errors.energy,
        force_rmse_mev_per_angstrom=errors.force_rmse,
        force_error_mev_per_angstrom=_length(errors, atom),
        atom="" if atom is None else f"{errors.symbols[atom]} {atom}",
    )


def _length(errors: FrameErrors, atom: int | None) -> float | None:
    return None if atom is None or errors.forces is None else float(np.linalg.norm(errors.forces[atom]))


def _largest(rows: Sequence[FrameSummary], name: str, n: int) -> list[FrameSummary]:
    known = [row for row in rows if getattr(row, name) is not None]
    return sorted(known, key=lambda row: -abs(getattr(row, name)))[:n]
