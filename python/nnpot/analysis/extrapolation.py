"""Atoms whose surroundings are outside of what a potential was trained on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ase import Atoms

from nnpot.errors import FileFormatError, InvalidInputError
from nnpot.potential import Potential

SUMMARY = r"### NNP EW SUMMARY ### TS:\s+(\d+) EW\s+(\d+)"


@dataclass
class Extrapolation:
    """Counts over some frames; an atom in several frames counts as often."""

    n_atoms: int = 0
    n_outside: int = 0
    """Atoms that have a symmetry function outside of its range in the training frames."""
    functions: dict[str, int] = field(default_factory=dict)
    """How many values of each function were outside, by its line in ``input.nn``, if any were."""

    @property
    def share(self) -> float:
        """Of the atoms, those outside."""
        return self.n_outside / self.n_atoms if self.n_atoms else 0.0


def extrapolation(potential: Potential, frames: Iterable[Atoms]) -> Extrapolation:
    """Count the atoms that see something that the training frames did not have.

    Every symmetry function of an atom is held against its smallest and largest value over the training
    frames (``scaling.data``), as n2p2's extrapolation warnings do. An atom inside of all ranges can still be
    unlike any training atom; one outside of them certainly is.

    Parameters
    ----------
    potential
        The potential, with its ranges.
    frames
        Any structures of its elements.

    Raises
    ------
    InvalidInputError
        If a frame holds an element that the potential does not have.
    """
    functions = potential.symmetry_functions()
    ranges = {element: potential.training_range(element) for element in potential.elements}
    found = Extrapolation()
    for frame in frames:
        strange = sorted(set(frame.symbols) - set(potential.elements))
        if strange:
            raise InvalidInputError(f"the potential has no {', '.join(strange)}")
        values = functions.values(frame.positions, frame.numbers, frame.cell.array, frame.pbc)
        found.n_atoms += len(frame)
        for element, limits in ranges.items():
            own = values[frame.symbols == element, : len(limits)]
            outside = (own < limits[:, 0]) | (own > limits[:, 1])
            found.n_outside += int(outside.any(axis=1).sum())
            for line, count in zip(functions.functions(element), outside.sum(axis=0), strict=True):
                if count:
                    found.functions[line] = found.functions.get(line, 0) + int(count)
    return found


def warnings_in_log(log: Path, after: int = 0, until: int | None = None) -> int:
    """Values outside of their ranges that ``pair_style hdnnp`` with ``showewsum`` counted at each step.

    Parameters
    ----------
    log
        LAMMPS's log.
    after, until
        Only what happened in the steps after the first and up to the second counts; both where a summary is.

    Raises
    ------
    FileFormatError
        If there is no summary of these steps.
    """
    counts = [
        int(count)
        for step, count in re.findall(SUMMARY, Path(log).read_text(encoding="utf-8", errors="replace"))
        if int(step) > after and (until is None or int(step) <= until)
    ]
    if not counts:
        raise FileFormatError(
            f"{log}: expected summaries of extrapolation warnings after step {after}, found none; "
            "run with pair_style hdnnp ... showewsum N"
        )
    return sum(counts)
