"""The ASE calculator."""

from __future__ import annotations

import os
from typing import Any

from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from nnpot import _core
from nnpot.errors import InvalidInputError
from nnpot.models.kinds import Names, directories_of, load
from nnpot.models.model import Model
from nnpot.units import UnitSystem

PROPERTIES = {
    "energy": "energy",
    "free_energy": "energy",
    "forces": "forces",
    "stress": "stress",
    "energies": "atomic_energies",
    "stresses": "atomic_virials",
    "grades": "uncertainty",
}
"""ASE's properties, and the fields of a prediction that they come from."""

SPREADS = ("force_spreads", "energy_spreads", "energy_spread")
"""What only a committee has."""


class NnpotCalculator(Calculator):
    """ASE calculator of a model of any kind that has forces; a potential gives all of this.

    Gives ``energy``, ``free_energy`` (the same number), ``forces``, ``energies`` (per atom) and, for
    structures with a whole cell (three vectors, in whatever directions it is periodic), ``stress`` and
    ``stresses`` (per atom; their sum is ``stress``, for all are divided by the volume of the cell; what ASE
    adds with ``include_ideal_gas`` is divided by the volume per atom).

    Only where asked for by name, ``calculator.get_property("grades", atoms)``, it gives what `Uncertainty`
    holds: ``grades`` and, of a committee, ``force_spreads``, ``energy_spreads`` and ``energy_spread``.

    Parameters
    ----------
    model
        A model, for example a `Potential`, its directory, or those of the members of a committee.
    units
        The units of the model's files where they do not state them; see `nnpot.load`.
    skin
        Å. Neighbors are searched up to the cutoff plus this, and again when an atom has moved farther than
        half of it, or cell, periodicity or elements have changed. With 0 they are searched at every move.
    """

    name = "nnpot"
    implemented_properties = list(PROPERTIES)

    def __init__(
        self, model: Model | Names, units: UnitSystem | str | None = None, skin: float = 1.0
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        if isinstance(model, Model):
            self.potential = model
        else:
            self.potential = load(model, units)
            names = [os.fspath(directory) for directory in directories_of(model)]
            one = isinstance(model, str | os.PathLike)
            self.parameters["model"] = names[0] if one else names  # for the records of ASE's databases
        gives = self.potential.gives
        if "forces" not in gives:
            raise InvalidInputError(f"an ASE calculator needs forces; {self.potential.what} has none")
        self.neighbors = _core.VerletList(skin)
        self.implemented_properties = [name for name, field in PROPERTIES.items() if field in gives]
        if self.potential.n_members > 1:
            self.implemented_properties += SPREADS

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
        prediction = self.potential.predict_step(self.atoms, self.neighbors, uncertainty=uncertain)
        found: dict[str, Any] = {name: getattr(prediction, field) for name, field in PROPERTIES.items()}
        del found["grades"], found["stresses"]
        if prediction.stress is not None and prediction.atomic_virials is not None:
            stresses = -prediction.atomic_virials / self.atoms.get_volume()
            found["stresses"] = full_3x3_to_voigt_6_stress(stresses)
        if prediction.uncertainty is not None:
            found |= vars(prediction.uncertainty)
        self.results = {name: value for name, value in found.items() if value is not None}
