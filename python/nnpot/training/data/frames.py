"""The frames of a training: reading, the parts that they are split into, and what a loss finds in them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.analysis.atom_energies import elements_of
from nnpot.analysis.closest_pairs import closest_pairs
from nnpot.analysis.data_summary import DataSummary, summarize
from nnpot.analysis.data_tables import summary_text
from nnpot.cells import cell_volume
from nnpot.errors import InvalidInputError
from nnpot.io import LabelKeys, StressKey, read_frames, require_labels
from nnpot.io.feature_files import FEATURES, has_features
from nnpot.io.labels import group_of, is_test_frame, results_of
from nnpot.io.source import Source
from nnpot.training.config import DataConfig, LabelsConfig, LossConfig

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


def split_indices(frames: Sequence[Atoms], config: DataConfig) -> dict[str, list[int]]:
    """The indices of the frames of each part, ascending; ``train``, ``validation`` and ``test`` share none.

    Frames that their file marks as test frames and groups that the configuration names are set apart first;
    then the fractions of what is left are drawn.

    Raises
    ------
    InvalidInputError
        If a group does not exist, or nothing is left to train on.
    """
    groups = np.array([group_of(frame) for frame in frames], dtype=object)
    by_group = {
        part: np.flatnonzero(np.isin(groups, _known(names, groups, f"data.{part}_groups")))
        for part, names in (("validation", config.validation_groups), ("test", config.test_groups))
    }
    marked = np.flatnonzero([is_test_frame(frame) for frame in frames])
    by_group["validation"] = np.setdiff1d(by_group["validation"], marked)
    by_group["test"] = np.union1d(by_group["test"], marked)
    rest = np.setdiff1d(np.arange(len(frames)), np.concatenate(list(by_group.values())))
    n_validation = _share(config.random_validation, len(rest))
    n_test = _share(config.test_fraction, len(rest))
    if n_validation + n_test >= len(rest):
        in_groups = len(frames) - len(rest)
        raise InvalidInputError(
            f"data.train: {len(frames)} frame(s) leave none to train on after {n_validation + in_groups} for "
            f"validation and test ({in_groups} by group or set=test, {n_validation} and {n_test} by "
            f"fraction); give more frames, fewer groups or smaller fractions"
        )
    order = rest[_order(groups[rest], config.seed, config.split == "stratified")]
    validation, test, train = np.split(order, [n_validation, n_validation + n_test])
    chosen = {
        "train": train,
        "validation": np.concatenate([by_group["validation"], validation]),
        "test": np.concatenate([by_group["test"], test]),
    }
    return {part: sorted(indices.tolist()) for part, indices in chosen.items()}


def _known(names: Sequence[str], groups: NDArray[np.object_], key: str) -> list[str]:
    known = sorted(set(groups) - {""})
    for name in names:
        if name not in known:
            raise InvalidInputError(
                f"{key}: no training frame has the group '{name}'; "
                f"the groups are {', '.join(known) or 'none'}"
            )
    return list(names)


def _share(fraction: float, n_frames: int) -> int:
    return max(1, round(fraction * n_frames)) if fraction > 0.0 else 0


def _order(groups: NDArray[np.object_], seed: int, stratified: bool) -> NDArray[np.int64]:
    """A random order; where stratified, one of which any stretch holds its share of every group.

    The frames of a group then stand at equal distances, from a random start. Without groups both orders
    are the same.
    """
    random = np.random.default_rng(seed)
    order: NDArray[np.int64] = random.permutation(len(groups))
    if not stratified:
        return order
    place = np.empty(len(order))
    for name in sorted(set(groups)):
        own = np.flatnonzero(groups[order] == name)
        place[own] = (np.arange(len(own)) + random.uniform()) / len(own)
    return order[np.argsort(place, kind="stable")]


def summarize_split(split: Split, offsets: Mapping[str, float] | None = None) -> DataSummary:
    """What the data consists of, by file and by part, and what looks wrong in it.

    Offsets are energies of single atoms, eV; None fits them.
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


def check_loss(config: LossConfig, split: Split) -> None:
    """Refuse a loss that no label decides, or with the weight of a group that no frame has.

    A weight for stresses that no training frame has is said, and stresses without a weight.

    Raises
    ------
    InvalidInputError
        If training or validation frames have nothing that the loss gives weight to, or a group is unknown.
    """
    groups = {group_of(frame) for _, frames in split.parts() for frame in frames} - {""}
    unknown = sorted(set(config.group_weights) - groups)
    if unknown:
        found = f"the groups are {', '.join(sorted(groups))}" if groups else "no frame has a group"
        raise InvalidInputError(f"loss.group_weights: no frame has the group '{unknown[0]}'; {found}")
    weights = dict(zip(LABELS, config.weights, strict=True))
    for name, frames in (("training", split.train), ("validation", split.validation)):
        if frames and not any(_counts(config, frames, label) for label, w in weights.items() if w > 0.0):
            wanted = ", ".join(label for label, weight in weights.items() if weight > 0.0)
            raise InvalidInputError(
                f"loss: no {name} frame of a weight above 0 has what is to be fitted ({wanted}); "
                f"give weight to a label that the frames have, or the name of the label in data.labels"
            )
    with_stress = sum(_counts(config, [frame], "stress") for frame in split.train)
    if config.stress_weight > 0.0 and not with_stress:
        logger.warning("loss.stress_weight: no training frame has a stress, so none is fitted")
    if config.stress_weight == 0.0 and with_stress:
        logger.info(
            "loss.stress_weight is 0: the stresses of %d training frames are not fitted, only compared in "
            "the report; a value above 0 (1, for example) fits them",
            with_stress,
        )


def _counts(config: LossConfig, frames: Sequence[Atoms], label: str) -> bool:
    return any(
        label in results_of(frame)
        and (label != "stress" or cell_volume(frame) is not None)
        and config.group_weights.get(group_of(frame), 1.0) > 0.0
        for frame in frames
    )
