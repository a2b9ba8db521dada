"""The ASE calculator."""

from __future__ import annotations

import os
from typing import Any

from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes

from nnpot.potential import Potential, load
from nnpot.units import UnitSystem


class NnpotCalculator(Calculator):
    """ASE calculator of a neural network potential.

    Gives ``energy``, ``free_energy`` (the same number), ``forces``, ``energies`` (per atom) and, for
    structures that are periodic in three directions, ``stress``.

    Parameters
    ----------
    model
        A `Potential`, or the directory of a model.
    units
        The units of the model's files where they do not state them; see `nnpot.load`.
    """

    name = "nnpot"
    implemented_properties = ["energy", "free_energy", "forces", "stress", "energies"]

    def __init__(
        self, model: Potential | str | os.PathLike[str], units: UnitSystem | str | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.potential = model if isinstance(model, Potential) else load(model, units)
        if not isinstance(model, Potential):
            self.parameters["model"] = os.fspath(model)  # for the records of ASE's databases

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Fill ``results``; called by ASE."""
        super().calculate(atoms, properties or ["energy"], system_changes)  # type: ignore[no-untyped-call]
        assert self.atoms is not None, "ASE stores the structure in super().calculate"
        prediction = self.potential.predict(self.atoms)
        results: dict[str, Any] = {
            "energy": prediction.energy,
            "free_energy": prediction.energy,
            "forces": prediction.forces,
            "energies": prediction.atomic_energies,
        }
        if prediction.stress is not None:
            results["stress"] = prediction.stress
        self.results = results
