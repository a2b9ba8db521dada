"""Bonds between two elements: how many an atom has, and at which angles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError

ANGLE_BINS = 90
"""From 0 to 180 degrees."""


@dataclass(frozen=True)
class Bonding:
    """Of all atoms of one element, their bonds with another.

    ``angle`` holds the middles of the bins (degrees) and ``density`` the distribution of the angles between
    two bonds of an atom (per degree), both of shape (n_bins,); ``coordination[n]`` is the share of atoms with
    n bonds.
    """

    angle: NDArray[np.float64]
    density: NDArray[np.float64]
    mean_angle: float
    coordination: NDArray[np.float64]

    @property
    def mean_coordination(self) -> float:
        """Bonds per atom."""
        return float(np.arange(len(self.coordination)) @ self.coordination)


def mean_bonding(found: Sequence[Bonding]) -> Bonding:
    """Mean over several simulations, each with the same weight.

    Raises
    ------
    InvalidInputError
        If there is none.
    """
    if not found:
        raise InvalidInputError("bonding: expected at least one simulation to average, got none")
    longest = max(len(one.coordination) for one in found)
    shares = [np.pad(one.coordination, (0, longest - len(one.coordination))) for one in found]
    return Bonding(
        angle=found[0].angle,
        density=np.mean([one.density for one in found], axis=0),
        mean_angle=float(np.mean([one.mean_angle for one in found])),
        coordination=np.mean(shares, axis=0),
    )


def bonding(frames: Iterable[Atoms], center: str, ligand: str, cutoff: float) -> Bonding:
    """Coordination of the atoms of one element by another, and the angles ligand-center-ligand.

    Parameters
    ----------
    frames
        Any cell.
    center, ligand
        Symbols of two elements.
    cutoff
        The longest bond, Å.

    Raises
    ------
    InvalidInputError
        If there is no frame, or no atom of the element ``center``.
    """
    edges = np.linspace(0.0, 180.0, ANGLE_BINS + 1)
    counts, total, n_angles = np.zeros(ANGLE_BINS), 0.0, 0
    bonds: list[NDArray[np.int64]] = []
    for frame in frames:
        own, angles = _bonds_and_angles(frame, center, ligand, cutoff)
        bonds.append(own)
        counts += np.histogram(angles, edges)[0]
        total += float(angles.sum())
        n_angles += len(angles)
    if not bonds or sum(map(len, bonds)) == 0:
        raise InvalidInputError(f"bonding: expected frames with atoms of {center}, got none")
    coordination = np.bincount(np.concatenate(bonds)).astype(float)
    width = edges[1] - edges[0]
    return Bonding(
        angle=0.5 * (edges[1:] + edges[:-1]),
        density=counts / max(n_angles, 1) / width,
        mean_angle=total / n_angles if n_angles else float("nan"),
        coordination=coordination / coordination.sum(),
    )


def _bonds_and_angles(
    frame: Atoms, center: str, ligand: str, cutoff: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Bonds of each center, and all angles in degrees."""
    first, vectors = neighbor_list("iD", frame, {(center, ligand): cutoff})
    symbols = np.array(frame.get_chemical_symbols())
    order = np.argsort(first[symbols[first] == center], kind="stable")
    own = first[symbols[first] == center][order]
    unit = vectors[symbols[first] == center][order]
    unit = unit / np.linalg.norm(unit, axis=1)[:, None]
    bonds = np.bincount(own, minlength=len(frame))[symbols == center]
    one, other = _pairs_of_equal(own)
    cosines = np.clip(np.einsum("ij,ij->i", unit[one], unit[other]), -1.0, 1.0)
    return bonds, np.degrees(np.arccos(cosines))


def _pairs_of_equal(sorted_values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All i < j with equal values, of an array whose equal values stand together."""
    ones, others = [], []
    for step in range(1, len(sorted_values)):
        same = np.flatnonzero(sorted_values[step:] == sorted_values[:-step])
        if len(same) == 0:
            break
        ones.append(same)
        others.append(same + step)
    if not ones:
        return np.empty(0, int), np.empty(0, int)
    return np.concatenate(ones), np.concatenate(others)
