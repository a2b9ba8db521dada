"""A neural network potential: the energy of a structure and its derivatives."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from nnpot import _core
from nnpot.cells import cell_volume
from nnpot.errors import NnpotError
from nnpot.models.kinds import Names, load_kind
from nnpot.models.model import Model, Precision, Table, _from_files, network_table, require_atoms
from nnpot.prediction import PotentialPrediction, Uncertainty
from nnpot.structures import structure_of
from nnpot.units import UnitSystem

if TYPE_CHECKING:
    from ase import Atoms
    from typing_extensions import Self

NEUTRAL = 1e-5
"""e: what a cell may have for LAMMPS's k-space styles to call it neutral, and for us."""


class Potential(Model):
    """A potential that is ready to evaluate structures, in any number of threads.

    E = Σ_i E_i over atoms, E_i from the network of the atom's element (Behler and Parrinello 2007). A
    committee is the mean of the energies of its members, and forces and stress belong to that.

    Parameters
    ----------
    model
        The values that define the potential, or those of each member of a committee: models that share
        elements, symmetry functions, cutoff function and charges. See `load` for models on disk.
    precision
        ``"mixed"`` calculates symmetry functions and their derivatives in single precision, in half the time;
        docs/engine.md says how far results deviate. Networks and sums over atoms are double in any case.
    """

    what = "a potential, with an energy"
    file = "input.nn"
    options: ClassVar = frozenset({"units", "precision", "committee"})
    gives: ClassVar = frozenset(PotentialPrediction.__dataclass_fields__)

    def __init__(self, model: _core.Model | Sequence[_core.Model], precision: Precision = "double") -> None:
        self._members = [model] if isinstance(model, _core.Model) else list(model)
        self._precision: Precision = precision
        self._engines = threading.local()
        self._engine()  # an impossible model is refused here
        self._model = self._members[0]  # for what all have in common
        self._told_of_charge = not self.charges
        self.info = dict(self._model.info)

    @classmethod
    def read(cls, directories: Sequence[Path], units: str | None, precision: Precision) -> Self:
        """Read ``input.nn``, ``scaling.data``, ``weights.ZZZ.data`` and ``model.info``; see `load`."""
        members = [_core.Model.read(os.fspath(directory), units) for directory in directories]
        try:
            return cls(members, precision)
        except NnpotError as error:
            raise type(error)(f"{', '.join(map(str, directories))}: {error}") from error

    def write(self, directory: Path, member: int = 0) -> None:
        """Write the files of one member, in eV and Å."""
        self._members[member].write(os.fspath(directory))

    def cautions(self, names: Sequence[str]) -> list[str | Warning]:
        """What the files leave unsaid or what was ignored in them, and members that are the same."""
        unsaid = [line for member in self._members for line in member.warnings]
        return [*unsaid, *_core.find_equal_members(self._members, names)]

    @property
    def precision(self) -> Precision:
        """The arithmetic of the symmetry functions, as given."""
        return self._precision

    @property
    def n_members(self) -> int:
        """How many networks each element has; 1 without a committee."""
        return len(self._members)

    @property
    def cutoff(self) -> float:
        """The largest cutoff radius of the symmetry functions, Å."""
        return self._model.cutoff

    @property
    def elements(self) -> list[str]:
        """The elements' symbols, by atomic number."""
        return self._model.elements

    @property
    def charges(self) -> dict[str, float]:
        """The charge of each element, e; empty without a Coulomb energy."""
        long_range = self._model.long_range
        return {} if long_range is None else long_range.charges

    @property
    def atom_energies(self) -> dict[str, float]:
        """Offset per atom of each element, eV; of a committee that of the first."""
        return self._model.atom_energies

    def facts(self) -> dict[str, str]:
        """Elements, members, cutoff, symmetry functions, charges and precision."""
        functions = (f"{len(self._model.functions(element))} of {element}" for element in self.elements)
        found = {"cutoff": f"{self.cutoff:.3f} Å", "symmetry functions": ", ".join(functions)}
        if self.charges:
            found["charges"] = ", ".join(f"{charge:+.4f} e of {e}" for e, charge in self.charges.items())
        return {**super().facts(), **found, "precision": self.precision, "units": "eV, Å"}

    def table(self) -> Table:
        """The functions, network and offset of each element; of a committee those of the first."""
        networks = {element: self._model.network(element) for element in self.elements}
        return network_table("symmetry functions", networks, self.atom_energies)

    def notes(self) -> list[str]:
        """The cutoff radius, and how charges are summed."""
        found = [f"Cutoff radius {self.cutoff:.3f} Å."]
        coulomb = self._model.long_range
        if coulomb is not None:
            values = ", ".join(f"{element} {charge:+.4f}" for element, charge in coulomb.charges.items())
            near = "real space left to the networks"
            if coulomb.real_cutoff:
                near = f"real space to {coulomb.real_cutoff:.3f} Å"
            splitting = f"splitting parameter {coulomb.alpha:.4f} 1/Å"
            found.append(f"Charges (e): {values}; form {coulomb.form}, {splitting}, {near}.")
        return found

    def symmetry_functions(self) -> _core.SymmetryFunctions:
        """The symmetry functions that the networks see, for analysis: raw values, before they are scaled.

        The columns of an element are the inputs of its network, in this order. Always in double precision.

        Examples
        --------
        >>> functions = potential.symmetry_functions()
        >>> values = functions.values(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)
        """
        lines = [line for element in self.elements for line in self._model.functions(element)]
        return _core.SymmetryFunctions(
            self.elements, lines, self._model.cutoff_type, self._model.cutoff_alpha
        )

    def scaling(self, element: str) -> NDArray[np.float64]:
        """Columns min, max, mean, sigma over the training frames, a row for each function of an element."""
        return self._model.scaling(element)

    def predict(
        self, atoms: Atoms, neighbors: _core.VerletList | None = None, uncertainty: bool = False
    ) -> PotentialPrediction:
        """Energy, forces and stress of one structure.

        Parameters
        ----------
        atoms
            Any cell and any periodic directions; the cell may be smaller than the cutoff.
        neighbors
            Keeps the neighbors from one step of a trajectory to the next; None to search them every time.
        uncertainty
            Whether to find that, too. Energy and forces are the same either way; of a committee each member
            takes another sweep back through the symmetry functions.

        Raises
        ------
        UnknownElementError
            If the structure holds an element that the model was not trained for.
        InvalidInputError
            If it is no ``ase.Atoms``, a position is not finite, or two atoms are on the same place.
        """
        require_atoms(atoms)
        found = self._engine().predict(structure_of(atoms), neighbors, uncertainty)
        self._warn_of_charge(atoms)
        volume = cell_volume(atoms)
        return PotentialPrediction(
            found.energy,
            found.forces,
            None if volume is None else found.stress(volume),
            found.virial,
            found.atomic_energies,
            found.atomic_virials,
            _trust(found.uncertainty),
        )

    def predict_step(
        self, atoms: Atoms, neighbors: _core.VerletList, *, uncertainty: bool = False
    ) -> PotentialPrediction:
        """`predict`, with neighbors that are kept."""
        return self.predict(atoms, neighbors, uncertainty)

    def _warn_of_charge(self, atoms: Atoms) -> None:
        """Say once of a potential what LAMMPS says of such a cell, too."""
        if self._told_of_charge:
            return
        total = sum(q * np.count_nonzero(atoms.symbols == symbol) for symbol, q in self.charges.items())
        if abs(total) > NEUTRAL:
            self._told_of_charge = True
            warnings.warn(
                f"the cell is not neutral: the charges of the model sum up to {total:+.6g} e over "
                f"{atoms.get_chemical_formula()}; a uniform background neutralises it, but the model was "
                f"trained on neutral cells alone",
                stacklevel=3,
            )

    def _engine(self) -> _core.Predictor:
        """This thread's own engine: engines have scratch memory and run without the GIL."""
        engine: _core.Predictor | None = getattr(self._engines, "engine", None)
        if engine is None:
            engine = self._engines.engine = _core.Predictor(self._members, self.precision)
        return engine


def load(
    model_dir: Names, units: UnitSystem | str | None = None, precision: Precision = "double"
) -> Potential:
    """Read a potential, or a committee of several; see `nnpot.load`, which reads other kinds, too."""
    return load_kind(Potential, model_dir, units, precision)


def _trust(found: _core.Uncertainty | None) -> Uncertainty | None:
    if found is None:
        return None
    return Uncertainty(found.grades, found.force_spreads, found.energy_spreads, found.energy_spread)


def _from_texts(members: list[dict[str, str]], precision: Precision) -> Model:
    """Read the pickles of earlier versions, which name this function."""
    return _from_files(
        Potential, [{n: text.encode() for n, text in files.items()} for files in members], precision
    )
