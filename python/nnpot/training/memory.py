"""How much memory stored derivatives would take, and whether they get it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from nnpot.errors import InvalidInputError
from nnpot.training.config import RunConfig

logger = logging.getLogger(__name__)

BYTES_PER_WEIGHT = 64
"""The weight, its gradient, the state of an optimizer, the best so far, and copies of a checkpoint."""
GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)
"""Limit and use of memory of the control group that the process runs in, version 2 and 1."""


def stores_derivatives(config: RunConfig, n_bytes: int) -> bool:
    """Decide by ``training.jacobian`` and ``memory_limit`` whether derivatives are stored, and say so.

    Parameters
    ----------
    config
        The section ``training``.
    n_bytes
        What they would take.
    """
    limit = free_memory() / 2 if config.memory_limit is None else 1e9 * config.memory_limit
    stored = n_bytes <= limit if config.jacobian == "auto" else config.jacobian == "stored"
    logger.info(
        "derivatives of the descriptors (%s): %.2f GB, limit %.2f GB: %s",
        config.precision,
        n_bytes / 1e9,
        limit / 1e9,
        "stored" if stored else "computed on the fly",
    )
    if stored and n_bytes > limit:
        logger.warning("training.jacobian is stored although that is more than the limit; auto would not")
    return stored


def require_memory(n_bytes: float, what: str, advice: str) -> None:
    """Refuse what would not fit into memory, before it is taken.

    Raises
    ------
    InvalidInputError
        If this process cannot take so much.
    """
    free = free_memory()
    if n_bytes > free:
        raise InvalidInputError(
            f"{what}: expected to need at most the {free / 1e9:.3g} GB of memory that are free, got "
            f"{n_bytes / 1e9:.3g} GB; {advice}"
        )


def require_memory_for_networks(inputs: Mapping[str, int], hidden: Sequence[int], n_members: int) -> None:
    """Refuse networks that would not fit into memory.

    Parameters
    ----------
    inputs
        Of the network of each element.
    hidden
        Nodes of the hidden layers.
    n_members
        Networks of each element.

    Raises
    ------
    InvalidInputError
        If this process cannot take so much.
    """
    sizes = [[count, *hidden, 1] for count in inputs.values()]
    n_weights = sum((a + 1) * b for layers in sizes for a, b in pairwise(layers)) * n_members
    require_memory(
        BYTES_PER_WEIGHT * n_weights, f"network.hidden: {n_weights} weights", "take smaller layers or fewer"
    )


def free_memory(meminfo: Path = Path("/proc/meminfo"), groups: Iterable[tuple[str, str]] = GROUPS) -> float:
    """Bytes that this process can still take: of the machine, or of its control group where that is less."""
    found = [1024.0 * _available(meminfo)]
    for limit, used in groups:
        try:
            found.append(float(Path(limit).read_text()) - float(Path(used).read_text()))
        except (OSError, ValueError):  # no such group, or "max"
            continue
    return max(0.0, min(found))


def _available(meminfo: Path) -> float:
    """kB; without the file (systems other than Linux) 4 GB."""
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        return 4e6
    return next((float(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), 4e6)
