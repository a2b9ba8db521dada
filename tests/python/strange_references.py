"""Calculators that do what a reference must not do."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, PropertyNotImplementedError


class Strange(Calculator):
    """Gives one number and zeros but for what ``kind`` says."""

    implemented_properties = ["energy", "forces", "stress"]

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def calculate(self, atoms: Any = None, *_: Any, **__: Any) -> None:
        """Label, or worse."""
        self.atoms = atoms.copy()
        self.results = {"energy": 1.0, "forces": np.zeros((len(atoms), 3)), "stress": np.zeros(6)}
        wrong = {
            "energy of atoms": ("energy", np.ones(len(atoms))),
            "energy as text": ("energy", "-3.1"),
            "no energy": ("energy", None),
            "complex energy": ("energy", 1.0 + 2.0j),
            "nan": ("energy", float("nan")),
            "two columns": ("forces", np.zeros((len(atoms), 2))),
            "one atom less": ("forces", np.zeros((len(atoms) - 1, 3))),
            "ragged": ("forces", [[1.0], [1.0, 2.0]]),
            "infinite forces": ("forces", np.full((len(atoms), 3), np.inf)),
            "nine stresses": ("stress", np.zeros(9)),
        }
        if self.kind in wrong:
            name, value = wrong[self.kind]
            self.results[name] = value
        if self.kind == "exit":
            sys.exit(7)
        if self.kind == "crash":
            os._exit(0)
        if self.kind == "never":
            time.sleep(600)


class Moving(Strange):
    """Relaxes what it is to label."""

    def get_potential_energy(self, atoms: Any = None, force_consistent: bool = False) -> float:
        """After a step."""
        atoms.positions += 0.1
        return float(super().get_potential_energy(atoms, force_consistent))


class OfCrystals(Strange):
    """Has a stress where all three directions are periodic."""

    def get_stress(self, atoms: Any = None) -> Any:
        """As codes with plane waves do."""
        if not atoms.pbc.all():
            raise PropertyNotImplementedError("no stress of slabs")
        return super().get_stress(atoms)


def nothing() -> None:
    """No calculator."""


def text() -> str:
    """No calculator either."""
    return "EMT"


NUMBER = 3


def copper() -> Atoms:
    """Not a calculator, but atoms."""
    return Atoms("Cu")
