"""The frames of a training: reading, and the parts that they are split into."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from ase import Atoms

from nnpot.analysis.atom_energies import elements_of, fit_atom_energies
from nnpot.analysis.closest_pairs import closest_pairs
from nnpot.analysis.data_summary import DataSummary, summarize
from nnpot.analysis.data_tables import summary_text
from nnpot.errors import InvalidInputError
from nnpot.io import LabelKeys, StressKey, read_frames, require_labels
from nnpot.io.feature_files import FEATURES, has_features
from nnpot.io.labels import results_of
from nnpot.io.source import Source
from nnpot.training.config import DataConfig, LabelsConfig
from nnpot.training.splitting import split_indices

logger = logging.getLogger(__name__)

SAME_PLACE = 1e-3
"""Å"""
LABELS = ("energy", "forces", "stress")


@dataclass(frozen=True)
class Split:
    """Frames by purpose: weights are fitted to ``train``, chosen by ``validation``, judged by ``test``.

    All have an energy; forces and stress may be missing from some.
    """

    train: list[Atoms]
    validation: list[Atoms]
    test: list[Atoms]
    sources: dict[str, list[Source]] = field(default_factory=dict)
    """By part, of every frame; empty for frames that come from no file."""

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
        """A hash of all positions or features, cells, groups and labels, in their order."""
        digest = hashlib.sha256()
        for name, frames in self.parts():
            digest.update(name.encode())
            for frame in frames:
                results = results_of(frame)
                labels = [results[label] for label in LABELS if results.get(label) is not None]
                named = [label for label in LABELS if results.get(label) is not None]
                digest.update(repr((named, frame.info.get("group"))).encode())
                features = [frame.arrays[FEATURES]] if has_features(frame) else []
                place = (frame.numbers, frame.positions, frame.cell.array, frame.pbc)
                for values in (*place, *features, *labels):
                    digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()


def load_frames(config: DataConfig) -> Split:
    """Read all files and split them; the same seed gives the same split.

    Frames of the training files that these mark as test frames (``set=test``) are test frames.

    Each frame's ``info["source"]`` says where it comes from, in words.

    Raises
    ------
    FileFormatError
        If a file cannot be read.
    InvalidInputError
        If an energy is missing or a label not finite, two atoms are on the same place, a group to split by
        does not exist, or validation or test frames have an element that the training frames lack.
    """
    files = {part: _read(config, part) for part in ("train", "validation", "test")}
    frames, sources = files["train"]
    chosen = split_indices(frames, config)
    parts: dict[str, tuple[list[Atoms], list[Source]]] = {}
    for part, indices in chosen.items():
        more_frames, more_sources = ([], []) if part == "train" else files[part]
        parts[part] = (
            [frames[i] for i in indices] + more_frames,
            [sources[i] for i in indices] + more_sources,
        )
    split = Split(
        **{part: found for part, (found, _) in parts.items()},
        sources={part: origin for part, (_, origin) in parts.items()},
    )
    _require_known_elements(split)
    return split


def label_keys(config: LabelsConfig) -> LabelKeys:
    """What the readers are told about the names of labels."""
    stress = None
    if config.stress is not None:
        sign = config.compression_is_positive
        stress = StressKey(config.stress, config.stress_unit, config.stress_order, sign)
    return LabelKeys(config.energy, config.forces, stress)


def _read(config: DataConfig, part: str) -> tuple[list[Atoms], list[Source]]:
    frames: list[Atoms] = []
    sources: list[Source] = []
    for path in getattr(config, part):
        found = read_frames(path, config.units, label_keys(config.labels), config.format)
        require_labels(found, forces=False, where=path)
        own = [Source(path, number) for number in range(len(found))]
        for frame, source in zip(found, own, strict=True):
            _require_distinct_atoms(frame, f"{path}: frame {source.number} (counted from 0)")
            frame.info["source"] = str(source)
        frames += found
        sources += own
    return frames, sources


def _require_distinct_atoms(frame: Atoms, where: str) -> None:
    for pair in closest_pairs(frame, SAME_PLACE).values():
        raise InvalidInputError(
            f"{where}: atoms {pair.first} and {pair.second} are on the same place (closer than "
            f"{SAME_PLACE:g} Å); correct or remove the frame"
        )


def _require_known_elements(split: Split) -> None:
    known = split.elements
    for name, frames in split.parts():
        unknown = [symbol for symbol in elements_of(frames) if symbol not in known]
        if unknown:
            raise InvalidInputError(
                f"{name} frames hold {', '.join(unknown)}, which no training frame has "
                f"(they have {', '.join(known)})"
            )


def summarize_split(split: Split, offsets: Mapping[str, float] | None = None) -> DataSummary:
    """What the data consists of, by file and by part, and what looks wrong in it.

    Parameters
    ----------
    split
        As `load_frames` gives it.
    offsets
        Energies of single atoms, eV; None fits them.
    """
    frames = [frame for _, part in split.parts() for frame in part]
    sources = [
        source
        for name, part in split.parts()
        for source in split.sources.get(name) or [Source(Path(name), number) for number in range(len(part))]
    ]
    parts = [name for name, part in split.parts() for _ in part]
    return summarize(frames, sources, parts, offsets)


def announce_data(split: Split, offsets: Mapping[str, float]) -> None:
    """Say what `summarize_split` finds, and how many frames each part has."""
    summary = summarize_split(split, offsets)
    logger.info("%s", summary_text(summary))
    for warning in summary.warnings:
        logger.warning("%s", warning)
    logger.info("frames: %s", ", ".join(f"{len(frames)} {name}" for name, frames in split.parts()))


def atom_energies(frames: Sequence[Atoms], given: dict[str, float] | None) -> dict[str, float]:
    """The energy of a single atom of each element, which is taken off before training.

    Parameters
    ----------
    frames
        Training frames.
    given
        Energies per element in eV; those of other elements are fitted by least squares to the frames'
        energies (the shortest solution where the compositions do not decide).

    Raises
    ------
    InvalidInputError
        If ``given`` has an element that no frame has.
    """
    return fit_atom_energies(frames, given)
