"""How much memory stored derivatives would take, and whether they get it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from nnpot.training.config import RunConfig

logger = logging.getLogger(__name__)

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
