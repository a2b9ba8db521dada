"""A kind of model in one object: atoms on springs. It shows what a new kind must offer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase import Atoms

import nnpot
from nnpot.errors import FileFormatError, InvalidInputError


class HarmonicCrystal(nnpot.Model):
    """E = ½ k Σ_i |r_i − s_i|² of atoms of one element on sites s (n_atoms, 3) in Å; spring k in eV/Å²."""

    what = "a harmonic crystal"
    file = "crystal.json"
    gives = frozenset({"energy", "forces"})

    def __init__(self, element: str, spring: float, sites: Sequence[Sequence[float]]) -> None:
        self.element, self.spring, self.sites = element, spring, np.array(sites, float)
        if (
            self.sites.ndim != 2
            or self.sites.shape[1] != 3
            or not np.isfinite([spring, *self.sites.flat]).all()
        ):
            raise InvalidInputError("harmonic crystal: expected a finite spring and finite sites (n, 3)")

    @property
    def elements(self) -> list[str]:
        return [self.element]

    @classmethod
    def read(cls, directories: Sequence[Path], units: str | None, precision: str) -> HarmonicCrystal:
        file = directories[0] / cls.file
        try:
            return cls(**json.loads(file.read_text("utf-8")))
        except (ValueError, TypeError, InvalidInputError) as error:
            raise FileFormatError(f"{file}: expected element, spring and sites: {error}") from error

    def write(self, directory: Path, member: int = 0) -> None:
        values = {"element": self.element, "spring": self.spring, "sites": self.sites.tolist()}
        (directory / self.file).write_text(json.dumps(values), "utf-8")

    def facts(self) -> dict[str, str]:
        return {**super().facts(), "sites": str(len(self.sites)), "spring": f"{self.spring:g} eV/Å²"}

    def predict(self, atoms: Atoms, /, *, uncertainty: bool = False) -> nnpot.Prediction:
        if atoms.get_chemical_symbols() != [self.element] * len(self.sites):
            raise InvalidInputError(
                f"expected {len(self.sites)} atoms of {self.element}, got {atoms.symbols}"
            )
        moved = atoms.positions - self.sites
        return nnpot.Prediction(0.5 * self.spring * float(np.vdot(moved, moved)), -self.spring * moved)
