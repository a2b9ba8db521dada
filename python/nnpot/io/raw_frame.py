"""A frame as it stands in its file, before its labels are looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ase import Atoms


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
