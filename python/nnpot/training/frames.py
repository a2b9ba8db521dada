"""The frames of a training: reading, splitting, and the energies of single atoms."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from ase.neighborlist import neighbor_list

from nnpot.errors import InvalidInputError
from nnpot.io import read_frames, require_labels
from nnpot.training.config import DataConfig

logger = logging.getLogger(__name__)

SAME_PLACE = 1e-3
"""Å"""


@dataclass(frozen=True)
class Split:
    """Frames by purpose: weights are fitted to ``train``, chosen by ``validation``, judged by ``test``."""

    train: list[Atoms]
    validation: list[Atoms]
    test: list[Atoms]

    @property
    def elements(self) -> list[str]:
        """The elements of the training frames, by atomic number."""
        return elements_of(self.train)

    def parts(self) -> Iterator[tuple[str, list[Atoms]]]:
        """Name and frames of each part that has any."""
        for name, frames in (("train", self.train), ("validation", self.validation), ("test", self.test)):
            if frames:
                yield name, frames

    def fingerprint(self) -> str:
        """A hash of all positions, cells and labels, in their order."""
        digest = hashlib.sha256()
        for name, frames in self.parts():
            digest.update(name.encode())
            for frame in frames:
                for values in (
                    frame.numbers,
                    frame.positions,
                    frame.cell.array,
                    frame.pbc,
                    frame.get_forces(),
                ):
                    digest.update(np.ascontiguousarray(values).tobytes())
                digest.update(float(frame.get_potential_energy()).hex().encode())
        return digest.hexdigest()


def elements_of(frames: Sequence[Atoms]) -> list[str]:
    """Symbols of all elements that occur, by atomic number."""
    return sorted(
        {symbol for frame in frames for symbol in frame.symbols.species()}, key=atomic_numbers.__getitem__
    )


def load_frames(config: DataConfig) -> Split:
    """Read all files and split them; the same seed gives the same split.

    Raises
    ------
    FileFormatError
        If a file cannot be read.
    InvalidInputError
        If labels are missing or not finite, two atoms are on the same place, or validation or test frames
        have an element that the training frames lack.
    """
    frames = _read(config, "train")
    order = np.random.default_rng(config.seed).permutation(len(frames))
    n_validation = _share(config.validation_fraction, len(frames))
    n_test = _share(config.test_fraction, len(frames))
    if n_validation + n_test >= len(frames):
        raise InvalidInputError(
            f"data.train: {len(frames)} frame(s) leave none to train on after {n_validation} for validation "
            f"and {n_test} for the test; give more frames or smaller fractions"
        )
    validation, test, train = np.split(order, [n_validation, n_validation + n_test])
    split = Split(
        train=[frames[i] for i in sorted(train)],
        validation=[frames[i] for i in sorted(validation)],
        test=[frames[i] for i in sorted(test)] + _read(config, "test"),
    )
    _require_known_elements(split)
    return split


def _read(config: DataConfig, part: str) -> list[Atoms]:
    frames: list[Atoms] = []
    for path in getattr(config, part):
        found = read_frames(path, config.units)
        require_labels(found, forces=True, where=path)
        for number, frame in enumerate(found):
            _require_distinct_atoms(frame, f"{path}: frame {number} (counted from 0)")
        frames += found
    return frames


def _require_distinct_atoms(frame: Atoms, where: str) -> None:
    first, second = neighbor_list("ij", frame, SAME_PLACE)
    if len(first):
        raise InvalidInputError(
            f"{where}: atoms {first[0]} and {second[0]} are on the same place (closer than "
            f"{SAME_PLACE:g} Å); correct or remove the frame"
        )


def _share(fraction: float, n_frames: int) -> int:
    return max(1, round(fraction * n_frames)) if fraction > 0.0 else 0


def _require_known_elements(split: Split) -> None:
    known = split.elements
    for name, frames in split.parts():
        unknown = [symbol for symbol in elements_of(frames) if symbol not in known]
        if unknown:
            raise InvalidInputError(
                f"{name} frames hold {', '.join(unknown)}, which no training frame has "
                f"(they have {', '.join(known)})"
            )


def atom_energies(frames: Sequence[Atoms], given: dict[str, float] | None) -> dict[str, float]:
    """The energy of a single atom of each element, which is taken off before training.

    Parameters
    ----------
    frames
        Training frames.
    given
        Energies per element in eV; None fits them by least squares to the frames' energies (the shortest
        solution where the compositions do not decide).

    Raises
    ------
    InvalidInputError
        If ``given`` lacks an element of the frames or has one more.
    """
    elements = elements_of(frames)
    if given is not None:
        if set(given) != set(elements):
            raise InvalidInputError(
                f"data.atom_energies must name exactly {', '.join(elements)}, "
                f"got {', '.join(given) or 'none'}"
            )
        return {element: given[element] for element in elements}
    counts = np.array(
        [[np.count_nonzero(frame.symbols == element) for element in elements] for frame in frames]
    )
    energies = np.array([frame.get_potential_energy() for frame in frames])
    weights = 1.0 / counts.sum(axis=1)
    fitted, _, rank, _ = np.linalg.lstsq(counts * weights[:, None], energies * weights, rcond=None)
    if rank < len(elements):
        logger.warning(
            "the frames' compositions do not determine the energies of single atoms (%s): energies of "
            "other compositions will mean nothing; give data.atom_energies if you need them",
            ", ".join(elements),
        )
    return dict(zip(elements, map(float, fitted), strict=True))
