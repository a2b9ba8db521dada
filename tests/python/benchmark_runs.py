"""Runs that were never made, for tests of what is computed from them."""

from __future__ import annotations

from typing import Any

from nnpot.benchmark.records import Run


def made_up(label: str, number: int, pair: float, size: int = 64, ranks: int = 1, **others: Any) -> Run:
    """A run of a round with a Pair time; the loop takes 1 µs more."""
    values: dict[str, Any] = {
        "label": label,
        "size": size,
        "ranks": ranks,
        "round": number,
        "n_atoms": size,
        "n_steps": 10,
        "pair_us": pair,
        "loop_us": pair + 1.0,
        "neigh_us": 0.25,
        "comm_us": 0.125,
        "cpu_use": 1.0,
        "temperature": 300.0,
        "memory_max": 40.0,
        "memory_sum": 40.0 * ranks,
        "allocated": 3.0,
    }
    return Run(**values | others)
