"""How much memory there is, and refusals of what does not fit into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from nnpot.errors import InvalidInputError

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
