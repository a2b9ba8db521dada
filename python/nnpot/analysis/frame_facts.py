"""What is to be known of each frame of a data set, found once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import covalent_radii

from nnpot.analysis.closest_pairs import ClosestPair, Elements, closest_pairs
from nnpot.cells import cell_volume
from nnpot.io.feature_files import FEATURES, has_features
from nnpot.io.labels import results_of
from nnpot.io.source import Source
from nnpot.support.arrays import Array, Integers

REACH = 1.8  # pairs are looked for up to so many times the largest sum of two covalent radii
SAME = 1e-5
"""Å: how much the coordinates of frames may differ that count as the same (rounding of a text file)."""


@dataclass(frozen=True)
class FrameFacts:
    """Arrays with one entry per frame, NaN where a frame has no such thing."""

    frames: list[Atoms]
    files: list[str]  # the file of each, by the shortest name that tells the files apart
    names: list[str]  # file and number of each
    n_atoms: Integers
    energy: Array  # eV, total
    force_square: Array  # (eV/Å)²: the sum over all components
    force_max: Array  # eV/Å: the longest vector
    stress: Array  # (n, 6) eV/Å³; of frames with a cell of full rank, whatever its periodicity
    volume: Array  # Å³, of frames that are periodic in three directions
    mass: Array  # u
    digest: list[bytes]  # equal for frames of the same elements, cell and positions, or features
    closest: list[dict[Elements, ClosestPair]]


def frame_facts(frames: Sequence[Atoms], sources: Sequence[Source]) -> FrameFacts:
    """Look at every frame once."""
    results = [results_of(frame) for frame in frames]
    forces = [np.asarray(found.get("forces", np.full((1, 3), np.nan))) for found in results]
    squares = [np.sum(f * f, axis=1) for f in forces]
    files = _file_names([source.path for source in sources])
    return FrameFacts(
        frames=list(frames),
        files=files,
        names=[f"{file}: frame {source.number}" for file, source in zip(files, sources, strict=True)],
        n_atoms=np.array([len(frame) for frame in frames]),
        energy=np.array([found.get("energy", np.nan) for found in results], dtype=float),
        force_square=np.array([square.sum() for square in squares]),
        force_max=np.sqrt([square.max() for square in squares]),
        stress=np.array([_stress(*pair) for pair in zip(frames, results, strict=True)]).reshape(-1, 6),
        volume=np.array([cell_volume(f) if f.pbc.all() else None for f in frames], dtype=float),
        mass=np.array([frame.get_masses().sum() for frame in frames]),
        digest=[_digest(frame) for frame in frames],
        closest=[closest_pairs(frame, REACH * 2.0 * covalent_radii[frame.numbers].max()) for frame in frames],
    )


def _stress(frame: Atoms, results: Mapping[str, Any]) -> Array:
    """The stress of a frame with a volume; without one it is the slope of nothing."""
    known = results.get("stress") if cell_volume(frame) is not None else None
    return np.full(6, np.nan) if known is None else np.asarray(known)


def _file_names(paths: Sequence[Path]) -> list[str]:
    full = [Path(os.path.abspath(path)) for path in paths]
    folder = os.path.commonpath([path.parent for path in full])
    return [str(path.relative_to(folder)) for path in full]


def _digest(frame: Atoms) -> bytes:
    digest = hashlib.sha256(frame.numbers.tobytes() + frame.pbc.tobytes())
    if has_features(frame):
        digest.update(frame.arrays[FEATURES].tobytes())
    for values in (frame.cell.array, frame.positions):
        digest.update(np.round(values / SAME).astype(np.int64).tobytes())
    return digest.digest()
