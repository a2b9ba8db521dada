"""How much memory stored derivatives would take, and whether they get it.

Stored and on the fly round differently. The choice therefore depends on the machine and not on what other
programs leave free, so that a seed gives the same network twice; a machine that is full is the exception.
"""

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
Groups = Iterable[tuple[str, str]]
MEMINFO = Path("/proc/meminfo")

GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)
"""Limit and use of memory of the control group that the process runs in, version 2 and 1."""

SHARE_OF_ALL, SHARE_OF_FREE = 0.4, 0.8
"""What stored derivatives may take where the user sets no limit; the second counts on a full machine only."""


def stores_derivatives(config: RunConfig, n_bytes: int) -> bool:
    """Decide by ``training.jacobian`` and ``memory_limit`` whether derivatives are stored, and say so.

    Parameters
    ----------
    config
        The section ``training``.
    n_bytes
        What they would take.
    """
    limit = SHARE_OF_ALL * total_memory() if config.memory_limit is None else 1e9 * config.memory_limit
    stored = n_bytes <= limit if config.jacobian == "auto" else config.jacobian == "stored"
    full = config.memory_limit is None and n_bytes > SHARE_OF_FREE * free_memory()
    if stored and full and config.jacobian == "auto":
        logger.warning(
            "other programs leave %.2f GB of memory, too little for derivatives of %.2f GB: they are "
            "computed on the fly, which rounds differently: on a free machine the seed gives another network",
            free_memory() / 1e9,
            n_bytes / 1e9,
        )
        stored = False
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


def total_memory(meminfo: Path = MEMINFO, groups: Groups = GROUPS) -> float:
    """Bytes of the machine, or of the control group of this process where that is less."""
    limits = [_number(limit) for limit, _ in groups]
    return min([1024.0 * _kilobytes(meminfo, "MemTotal:", 5e6), *(found for found in limits if found)])


def free_memory(meminfo: Path = MEMINFO, groups: Groups = GROUPS) -> float:
    """Bytes that this process can still take: of the machine, or of its control group where that is less."""
    found = [1024.0 * _kilobytes(meminfo, "MemAvailable:", 4e6)]
    for limit, used in ((_number(limit), _number(used)) for limit, used in groups):
        if limit is not None and used is not None:
            found.append(limit - used)
    return max(0.0, min(found))


def _number(file: str) -> float | None:
    """What stands in a file of a control group; None where there is no such group, or no limit."""
    try:
        return float(Path(file).read_text())
    except (OSError, ValueError):
        return None


def _kilobytes(meminfo: Path, name: str, otherwise: float) -> float:
    """A line of the file; systems other than Linux do not have it."""
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        return otherwise
    return next((float(line.split()[1]) for line in lines if line.startswith(name)), otherwise)
