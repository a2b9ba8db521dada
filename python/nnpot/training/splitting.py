"""Which frames train, validate and test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError
from nnpot.io.labels import group_of, is_test_frame
from nnpot.training.config import DataConfig

Indices = NDArray[np.int64]


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


def _order(groups: NDArray[np.object_], seed: int, stratified: bool) -> Indices:
    """A random order; where stratified, one of which any stretch holds its share of every group.

    The frames of a group then stand at equal distances, from a random start. Without groups both orders
    are the same.
    """
    random = np.random.default_rng(seed)
    order: Indices = random.permutation(len(groups))
    if not stratified:
        return order
    place = np.empty(len(order))
    for name in sorted(set(groups)):
        own = np.flatnonzero(groups[order] == name)
        place[own] = (np.arange(len(own)) + random.uniform()) / len(own)
    return order[np.argsort(place, kind="stable")]
