"""Several potentials asked at once: what they say on average, and how far they are apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.potential import Potential, load

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Uncertainty:
    """Of one frame."""

    force_spread: Array
    grade: Array


class Committee:
    """Members on the same functions."""

    def __init__(self, members: Sequence[Potential]) -> None:
        self.members = list(members)
        self.functions = members[0].symmetry_functions()
        model = members[0]._model
        self.ranges = {element: model.scaling(element)[:, :2] for element in model.elements}

    def uncertainty(self, atoms: Atoms) -> Uncertainty:
        forces = np.array([member.predict(atoms).forces for member in self.members])
        spread = np.sqrt(((forces - forces.mean(axis=0)) ** 2).sum(axis=2).mean(axis=0))
        values = self.functions.values(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)
        grade = np.zeros(len(atoms))
        for element, (low, high) in ((e, r.T) for e, r in self.ranges.items()):
            own = atoms.symbols == element
            found = values[own][:, : len(low)]
            width = np.maximum(high - low, 1e-12)
            outside = np.maximum(low - found, found - high) / width
            grade[own] = np.maximum(outside.max(axis=1), 0.0)
        return Uncertainty(spread, grade)


def load_committee(models: Sequence[Path]) -> Committee:
    return Committee([load(model) for model in models])
