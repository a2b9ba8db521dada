"""Where a frame comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A frame of a file."""

    path: Path
    number: int  # counted from 0

    def __str__(self) -> str:
        return f"{self.path.name}: frame {self.number}"
