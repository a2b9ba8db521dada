"""Whether a model knows more than nothing: than energies of single atoms and forces of 0."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from nnpot.analysis.atom_energies import energy_of_atoms, least_squares_atoms
from nnpot.analysis.predictions import Predictions
from nnpot.io.labels import results_of
from nnpot.support.arrays import Array

SMALLEST = 1e-3  # eV/atom and eV/Å: smaller errors are no reproach, whatever the data are


def worse_than_nothing(
    parts: Mapping[str, Predictions], fitted: Collection[str] = ("energy", "forces")
) -> list[str]:
    """Where a model misses labels by more than energies of single atoms, or forces of 0, would.

    ``parts`` are what the model says about each part of its data; the energies of single atoms are fitted to
    those of ``train``, by least squares. Labels that are not in ``fitted``, to which the training gave no
    weight, are not judged. Gives a line for energies and one for forces; nothing where all is well.
    """
    findings = []
    train = [frame for frame in parts["train"].frames if results_of(frame).get("energy") is not None]
    if "energy" in fitted and train:
        energies = np.array([results_of(frame)["energy"] for frame in train], float)
        atoms = least_squares_atoms(train, energies)
        known = {name: _of_energies(part, atoms) for name, part in parts.items()}
        findings += _line("energies", "energies of single atoms", "meV/atom", known)
    if "forces" in fitted:
        known = {name: _rms_pair(*part.forces()) for name, part in parts.items()}
        findings += _line("forces", "forces of 0", "meV/Å", known)
    return findings


def _of_energies(part: Predictions, atoms: Mapping[int, float]) -> tuple[float, float] | None:
    reference, predicted = part.energies()
    frames = [frame for frame in part.frames if results_of(frame).get("energy") is not None]
    nothing = np.array([energy_of_atoms(frame, atoms) / len(frame) for frame in frames])
    return _rms_pair(reference - nothing, predicted - nothing)


def _rms_pair(reference: Array, predicted: Array) -> tuple[float, float] | None:
    """Root mean squares of the error of a model, and of the reference itself: the error of saying 0."""
    if reference.size == 0:
        return None
    return float(np.sqrt(np.mean((predicted - reference) ** 2))), float(np.sqrt(np.mean(reference**2)))


def _line(label: str, nothing: str, unit: str, known: Mapping[str, tuple[float, float] | None]) -> list[str]:
    worse = [
        f"{1000.0 * error:.4g} {unit} against {1000.0 * without:.4g} on the {name} frames"
        for name, (error, without) in ((n, pair) for n, pair in known.items() if pair is not None)
        if not error <= max(without, SMALLEST)
    ]
    if not worse:
        return []
    return [
        f"the model is worse than none: its {label} are missed by more than {nothing} would miss them "
        f"(RMSE {'; '.join(worse)}); train longer, or look at data, learning rate and loss"
    ]
