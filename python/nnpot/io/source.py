"""Frames of files: where they come from, and as they stand there before their labels are looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ase import Atoms


@dataclass(frozen=True)
class Source:
    """A frame of a file."""

    path: Path
    number: int  # counted from 0

    def __str__(self) -> str:
        return f"{self.path.name}: frame {self.number}"


@dataclass
class RawFrame:
    """Atoms and what the file has of ASE's results, both in the units of the file and unchecked."""

    atoms: Atoms  # with ``info`` and per-atom arrays, without calculator
    results: dict[str, Any] = field(default_factory=dict)
    """By ASE's names: ``energy``, ``forces``, ``stress``, ..."""

    def value(self, key: str) -> Any:
        """What stands under a name, wherever; None if there is nothing."""
        for place in (self.results, self.atoms.info, self.atoms.arrays):
            if place.get(key) is not None:
                return place[key]
        return None
