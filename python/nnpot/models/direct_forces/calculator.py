"""ASE calculator of a direct force model: forces, and nothing else."""

from __future__ import annotations

import os

from nnpot.models.calculator import NnpotCalculator
from nnpot.models.direct_forces.files import load_direct_forces
from nnpot.models.direct_forces.model import DirectForces


class DirectForceCalculator(NnpotCalculator):
    """Forces of a direct force model in eV/Å; it has no energy, so that ASE refuses to give one.

    Parameters
    ----------
    model
        A `DirectForces`, or the directory of one.
    """

    name = "nnpot direct forces"

    def __init__(self, model: DirectForces | str | os.PathLike[str]) -> None:
        super().__init__(model if isinstance(model, DirectForces) else load_direct_forces(model))
        self.model = self.potential
