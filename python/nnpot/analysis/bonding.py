"""Bonds between two elements: how many an atom has, and at which angles."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

from nnpot.analysis.statistical_error import BLOCKS, Estimate, error_of_mean
from nnpot.errors import InvalidInputError
from nnpot.support.arrays import Array, Integers

ANGLE_BINS = 90  # from 0 to 180 degrees


@dataclass(frozen=True)
class Bonding:
    """The bonds that all atoms of one element have with another.

    ``angle`` holds the middles of the bins (degrees) and ``density`` the distribution of the angles between
    two bonds of an atom (per degree), both of shape (n_bins,); ``coordination[n]`` is the share of atoms with
    n bonds.
    """

    angle: Array
    density: Array
    mean_angle: float
    coordination: Array
    mean_angles: Array | None = None
    """Densities of pieces that are independent of each other: blocks of a run, or runs."""

    @property
    def mean_angle_estimate(self) -> Estimate:
        """The mean angle with its standard error."""
        pieces = [self.mean_angle] if self.mean_angles is None else self.mean_angles
        return Estimate(self.mean_angle, float(error_of_mean(pieces)))

    @property
    def mean_coordination(self) -> float:
        """Bonds per atom."""
        return float(np.arange(len(self.coordination)) @ self.coordination)


def mean_bonding(found: Sequence[Bonding]) -> Bonding:
    """Mean over several simulations, each with the same weight; `InvalidInputError` if there is none."""
    if not found:
        raise InvalidInputError("bonding: expected at least one simulation to average, got none")
    longest = max(len(one.coordination) for one in found)
    shares = [np.pad(one.coordination, (0, longest - len(one.coordination))) for one in found]
    return Bonding(
        angle=found[0].angle,
        density=np.mean([one.density for one in found], axis=0),
        mean_angle=float(np.mean([one.mean_angle for one in found])),
        coordination=np.mean(shares, axis=0),
        mean_angles=np.array([one.mean_angle for one in found]) if len(found) > 1 else found[0].mean_angles,
    )


def bonding(frames: Iterable[Atoms], center: str, ligand: str, cutoff: float) -> Bonding:
    """Coordination of the atoms of one element by another, and the angles ligand-center-ligand.

    The frames have any cell, center and ligand are the symbols of two elements, ``cutoff`` is the longest
    bond in Å. Raises `InvalidInputError` if there is no frame, or no atom of the element ``center``.
    """
    edges = np.linspace(0.0, 180.0, ANGLE_BINS + 1)
    counts = np.zeros(ANGLE_BINS)
    sums: list[tuple[float, int]] = []
    bonds: list[Integers] = []
    for frame in frames:
        own, angles = _bonds_and_angles(frame, center, ligand, cutoff)
        bonds.append(own)
        counts += np.histogram(angles, edges)[0]
        sums.append((float(angles.sum()), len(angles)))
    if not bonds or sum(map(len, bonds)) == 0:
        raise InvalidInputError(f"bonding: expected frames with atoms of {center}, got none")
    coordination = np.bincount(np.concatenate(bonds)).astype(float)
    width = edges[1] - edges[0]
    n_angles = sum(count for _, count in sums)
    return Bonding(
        angle=0.5 * (edges[1:] + edges[:-1]),
        density=counts / max(n_angles, 1) / width,
        mean_angle=_mean_angle(sums),
        coordination=coordination / coordination.sum(),
        mean_angles=_mean_angles_of_blocks(sums),
    )


def _mean_angle(sums: Sequence[tuple[float, int]]) -> float:
    total, count = (sum(values) for values in zip(*sums, strict=True))
    return total / count if count else float("nan")


def _mean_angles_of_blocks(sums: Sequence[tuple[float, int]]) -> Array | None:
    """The means of consecutive blocks of frames; None for one frame alone."""
    if len(sums) < 2:
        return None
    bounds = np.linspace(0, len(sums), min(BLOCKS, len(sums)) + 1).astype(int)
    return np.array([_mean_angle(sums[start:end]) for start, end in itertools.pairwise(bounds)])


def _bonds_and_angles(frame: Atoms, center: str, ligand: str, cutoff: float) -> tuple[Integers, Array]:
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


def _pairs_of_equal(sorted_values: Integers) -> tuple[Integers, Integers]:
    """All i < j with equal values, of an array whose equal values stand together."""
    ones, others = [np.empty(0, int)], [np.empty(0, int)]
    for step in range(1, len(sorted_values)):
        same = np.flatnonzero(sorted_values[step:] == sorted_values[:-step])
        if len(same) == 0:
            break
        ones.append(same)
        others.append(same + step)
    return np.concatenate(ones), np.concatenate(others)
