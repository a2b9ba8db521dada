"""ASE calculator of a direct force model: forces, and nothing else."""

from __future__ import annotations

import os

from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes

from nnpot.models.direct_forces.files import load_direct_forces
from nnpot.models.direct_forces.model import DirectForces


class DirectForceCalculator(Calculator):
    """Forces of a direct force model in eV/Å; it has no energy, so that ASE refuses to give one.

    Parameters
    ----------
    model
        A `DirectForces`, or the directory of one.
    """

    name = "nnpot direct forces"
    implemented_properties = ["forces"]

    def __init__(self, model: DirectForces | str | os.PathLike[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.model = model if isinstance(model, DirectForces) else load_direct_forces(model)

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Fill ``results``; called by ASE."""
        super().calculate(atoms, properties or ["forces"], system_changes)  # type: ignore[no-untyped-call]
        assert self.atoms is not None, "ASE stores the structure in super().calculate"
        self.results = {"forces": self.model.predict(self.atoms)}
