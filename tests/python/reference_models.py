"""The models of tests/data/models, with what plain numpy says about one structure of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

MODELS = Path(__file__).resolve().parents[1] / "data" / "models"
NAMES = sorted(path.name for path in MODELS.iterdir())


@dataclass(frozen=True)
class ReferenceModel:
    """Where it is, and what is right."""

    folder: Path
    units: str
    atoms: Atoms
    energy: float
    forces: NDArray[np.float64]
    virial: NDArray[np.float64]
    atomic_energies: NDArray[np.float64] | None
    """Without charges alone."""


def reference_model(name: str) -> ReferenceModel:
    """One of `NAMES`."""
    values = json.loads((MODELS / name / "expected.json").read_text(encoding="utf-8"))
    atoms = Atoms(values["numbers"], values["positions"], cell=values["cell"], pbc=values["periodic"])
    energies = values.get("atomic_energies")
    return ReferenceModel(
        MODELS / name,
        values["units"],
        atoms,
        values["energy"],
        np.array(values["forces"]),
        np.array(values["virial"]),
        None if energies is None else np.array(energies),
    )
