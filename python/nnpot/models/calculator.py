"""The ASE calculator."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from nnpot import _core
from nnpot.models.potential import Potential, load
from nnpot.units import UnitSystem

SPREADS = ("force_spreads", "energy_spreads", "energy_spread")
"""What only a committee has."""


class NnpotCalculator(Calculator):
    """ASE calculator of a neural network potential.

    Gives ``energy``, ``free_energy`` (the same number), ``forces``, ``energies`` (per atom) and, for
    structures with a whole cell (three vectors, in whatever directions it is periodic), ``stress`` and
    ``stresses`` (per atom; their sum is ``stress``, for all are divided by the volume of the cell; what ASE
    adds with ``include_ideal_gas`` is divided by the volume per atom).

    Only where asked for by name, ``calculator.get_property("grades", atoms)``, it gives what `Uncertainty`
    holds: ``grades`` and, of a committee, ``force_spreads``, ``energy_spreads`` and ``energy_spread``.

    Parameters
    ----------
    model
        A `Potential`, the directory of a model, or those of the members of a committee.
    units
        The units of the model's files where they do not state them; see `nnpot.load`.
    skin
        Å. Neighbors are searched up to the cutoff plus this, and again when an atom has moved farther than
        half of it, or cell, periodicity or elements have changed. With 0 they are searched at every move.
    """

    name = "nnpot"
    implemented_properties = ["energy", "free_energy", "forces", "stress", "energies", "stresses", "grades"]

    def __init__(
        self,
        model: Potential | str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        units: UnitSystem | str | None = None,
        skin: float = 1.0,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.potential = model if isinstance(model, Potential) else load(model, units)
        self.neighbors = _core.VerletList(skin)
        if self.potential.n_members > 1:
            self.implemented_properties = [*self.implemented_properties, *SPREADS]
        if isinstance(model, str | os.PathLike):
            self.parameters["model"] = os.fspath(model)  # for the records of ASE's databases
        elif not isinstance(model, Potential):
            self.parameters["model"] = [os.fspath(member) for member in model]

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Fill ``results``; called by ASE."""
        properties = properties or ["energy"]
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        assert self.atoms is not None, "ASE stores the structure in super().calculate"
        uncertain = not {"grades", *SPREADS}.isdisjoint(properties)
        prediction = self.potential.predict(self.atoms, self.neighbors, uncertain)
        results: dict[str, Any] = {
            "energy": prediction.energy,
            "free_energy": prediction.energy,
            "forces": prediction.forces,
            "energies": prediction.atomic_energies,
        }
        if prediction.stress is not None:
            results["stress"] = prediction.stress
            stresses = -prediction.atomic_virials / self.atoms.get_volume()
            results["stresses"] = full_3x3_to_voigt_6_stress(stresses)
        if prediction.uncertainty is not None:
            found = vars(prediction.uncertainty)
            results |= {name: value for name, value in found.items() if value is not None}
        self.results = results
