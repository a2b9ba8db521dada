"""The reference values of frames as arrays, with what is missing marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.cells import cell_volume
from nnpot.io.labels import group_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Labels:
    """References of n frames with A atoms in all; each array has one row more, of no weight, for padding.

    Where a frame lacks forces or a stress, its values are 0 and marked as missing.
    """

    energies: Array
    """(n + 1,) eV, without those of the single atoms."""
    sizes: Array
    """(n + 1,) atoms."""
    volumes: Array
    """(n + 1,) Å³; 1 for frames without a stress."""
    has_energy: Array
    """(n + 1,) 1, and 0 for padding."""
    has_stress: Array
    """(n + 1,) 1 or 0."""
    strain_derivatives: Array
    """(n + 1, 6) stress times volume, dE/dε, eV, order xx yy zz yz xz xy."""
    weights: Array
    """(n + 1,) of the frames, from their groups."""
    forces: Array
    """(A + 1, 3) eV/Å"""
    has_forces: Array
    """(A + 1,) 1 or 0 for each atom."""
    atom_weights: Array
    """(A + 1,) the weights of the atoms' frames."""


def collect_labels(
    frames: Sequence[Atoms], atom_energies: Mapping[str, float], group_weights: Mapping[str, float]
) -> Labels:
    """Gather the references of frames.

    Parameters
    ----------
    frames
        Each with an energy; forces and stress where it has them.
    atom_energies
        eV per atom of each element, taken off the energies.
    group_weights
        Weight of the frames of a group (``info["group"]``); 1 for groups that are not named.
    """
    results = [frame.calc.results for frame in frames]
    offsets = [sum(atom_energies[symbol] for symbol in frame.symbols) for frame in frames]
    energies = [frame.get_potential_energy() - offset for frame, offset in zip(frames, offsets, strict=True)]
    sizes = [len(frame) for frame in frames]
    known = [cell_volume(frame) if "stress" in frame.calc.results else None for frame in frames]
    has_stress = [volume is not None for volume in known]
    volumes = [1.0 if volume is None else volume for volume in known]
    stresses = [
        values["stress"] if has else np.zeros(6) for values, has in zip(results, has_stress, strict=True)
    ]
    weights = [group_weights.get(group_of(frame), 1.0) for frame in frames]
    forces = [values.get("forces", np.zeros((n, 3))) for values, n in zip(results, sizes, strict=True)]
    has_forces = [np.full(n, "forces" in values) for values, n in zip(results, sizes, strict=True)]
    return Labels(
        energies=_padded(energies, 0.0),
        sizes=_padded(sizes, 1.0),
        volumes=_padded(volumes, 1.0),
        has_energy=_padded(np.ones(len(frames)), 0.0),
        has_stress=_padded(has_stress, 0.0),
        strain_derivatives=_padded(np.array(volumes)[:, None] * np.array(stresses), 0.0),
        weights=_padded(weights, 0.0),
        forces=_padded(np.concatenate(forces), 0.0),
        has_forces=_padded(np.concatenate(has_forces), 0.0),
        atom_weights=_padded(np.repeat(weights, sizes), 0.0),
    )


def _padded(values: Sequence[float] | Sequence[bool] | Array, fill: float) -> Array:
    array = np.asarray(values, np.float64)
    return np.concatenate([array, np.full((1, *array.shape[1:]), fill)])
