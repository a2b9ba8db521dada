"""Atoms whose surroundings are outside of what a potential was trained on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ase import Atoms

from nnpot.errors import InvalidInputError
from nnpot.potential import Potential


@dataclass
class Extrapolation:
    """Counts over some frames; an atom in several frames counts as often."""

    n_atoms: int = 0
    n_outside: int = 0
    """Atoms that have a symmetry function outside of its range in the training frames."""
    functions: dict[str, int] = field(default_factory=dict)
    """How many values of each function were outside, by its line in ``input.nn``; without those that never were."""

    @property
    def share(self) -> float:
        """Of the atoms, those outside."""
        return self.n_outside / self.n_atoms if self.n_atoms else 0.0


def extrapolation(potential: Potential, frames: Iterable[Atoms]) -> Extrapolation:
    """Count the atoms that see something that the training frames did not have.

    Every symmetry function of an atom is held against its smallest and largest value over the training frames
    (``scaling.data``), as n2p2's extrapolation warnings do. An atom inside of all ranges can still be unlike any
    training atom; one outside of them certainly is.

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
