"""Labels that were not computed, or not by one program: placeholders of 0, and heaps of energies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers, chemical_symbols, covalent_radii

from nnpot import _core
from nnpot.analysis.atom_energies import energy_of_atoms, least_squares_atoms
from nnpot.cells import cell_volume
from nnpot.errors import NnpotError
from nnpot.io.feature_files import has_features
from nnpot.io.labels import results_of
from nnpot.io.source import Source
from nnpot.structures import structure_of
from nnpot.support.arrays import Array, Integers

N_NAMED = 6  # frames that a line names
SHELLS = (0.5, 1.0, 1.5)
"""Widths of Gaussians, in sums of two covalent radii, that weigh the neighbors' directions."""
REACH, POLY2 = 2.5, 6  # in sums of two covalent radii, and the smooth end of the Gaussians there
SYMMETRIC = 1e-3  # of a weighted sum of directions: smaller ones vanish by symmetry, and so do the forces
BINDING = 10.0  # eV/atom: no structure is bound by more, so that a wider gap cannot be physics
SMALL_GAP = 1.0
"""eV/atom: melting, heat and isomers are less; what lies between is judged where structures are alike."""
FAR, FAR_ALIKE = 3.0, 10.0
"""A gap is this many times wider than the widest heap: where it cannot be physics, and elsewhere."""
MOST_HEAPS = 6
SMALLEST_HEAP = 3  # frames; fewer beside a gap that physics allows are outliers


def named(names: Sequence[str], numbers: Sequence[int] | Integers) -> str:
    """How many frames, and the first of them by name."""
    listed = ", ".join(names[number] for number in numbers[:N_NAMED])
    more = len(numbers) - N_NAMED
    return f"{len(numbers)} frame(s): {listed}{f' and {more} more' if more > 0 else ''}"


def check_placeholders(frames: Sequence[Atoms], names: Sequence[str]) -> list[str]:
    """Labels that are exactly 0 where they cannot be: all of them, or one beside others that are not.

    Single atoms, and structures whose symmetry allows no force, are no reason.
    """
    found: dict[str, list[int]] = defaultdict(list)
    for number, frame in enumerate(frames):
        if len(frame) > 1:
            for label in _placeholders(frame):
                found[label].append(number)
    return [
        f"{label} exactly 0 (not computed?) in {named(names, numbers)}" for label, numbers in found.items()
    ]


def _placeholders(frame: Atoms) -> list[str]:
    """What is 0 in a frame of several atoms, in words."""
    results = results_of(frame)
    zero = {name for name in ("energy", "forces", "stress") if name in results and not np.any(results[name])}
    if "energy" in zero and ("forces" in zero or "forces" not in results):
        return ["energy and all forces" if "forces" in zero else "energy"]
    found = []
    if "energy" in zero:
        found.append("energy, beside forces that are not,")
    if "forces" in zero and not _forceless_by_symmetry(frame):
        found.append("all forces, where symmetry does not ask for it,")
    if "stress" in zero and "forces" not in zero and "forces" in results and cell_volume(frame) is not None:
        found.append("stress, beside forces that are not,")
    return found


def _forceless_by_symmetry(frame: Atoms) -> bool:
    """Whether the directions to the neighbors of every atom cancel, at all distances and for each element."""
    if has_features(frame):
        return True
    elements = sorted(frame.symbols.species(), key=atomic_numbers.__getitem__)
    width = 2.0 * float(covalent_radii[frame.numbers].max())
    gaussians = [((width * share) ** -2.0, 0.0) for share in SHELLS]
    sums = _core.ForceFeatures(elements, gaussians, REACH * width, POLY2)
    try:
        vectors = sums.vectors(structure_of(frame))
    except NnpotError:  # atoms on one place, or a flat cell: said elsewhere
        return True
    return bool(np.abs(vectors).max() < SYMMETRIC)


@dataclass(frozen=True)
class _Heaps:
    """Frames sorted into heaps of nearly equal energy."""

    members: list[Integers]
    gap: float  # eV/atom: the narrowest between two of them
    spread: float  # eV/atom: of the widest heap


def check_heaps(frames: Sequence[Atoms], names: Sequence[str], energies: Array) -> list[str]:
    """Energies at equal composition that fall into heaps, far apart and each narrow: of two programs?

    Energies are total, eV; NaN where there is none, and 0 counts as none.
    """
    known = np.flatnonzero(np.isfinite(energies) & (energies != 0.0))
    per_atom = energies / np.array([len(frame) for frame in frames])
    findings = []
    for composition, numbers in _compositions(frames, known):
        heaps = _heaps(per_atom[numbers])
        if heaps is not None and _unphysical(heaps, [frames[number] for number in numbers.tolist()]):
            findings.append(_line(f"of {composition}", heaps, numbers, per_atom[numbers], names))
    if not findings and len(known):
        own = [frames[number] for number in known.tolist()]
        atoms = least_squares_atoms(own, energies[known])
        rest = per_atom[known] - np.array([energy_of_atoms(frame, atoms) / len(frame) for frame in own])
        heaps = _heaps(rest)
        if heaps is not None and heaps.gap > BINDING:
            findings.append(_line("without those of single atoms", heaps, known, rest, names))
    return findings


def _compositions(frames: Sequence[Atoms], known: Integers) -> Iterator[tuple[str, Integers]]:
    """Frames of one stoichiometry, however many formula units each has."""
    found: dict[tuple[tuple[int, int], ...], list[int]] = defaultdict(list)
    for number in known.tolist():
        elements, counts = np.unique(frames[number].numbers, return_counts=True)
        ratio = (counts // np.gcd.reduce(counts)).tolist()
        found[tuple(zip(elements.tolist(), ratio, strict=True))].append(number)
    for key, numbers in found.items():
        formula = "".join(f"{chemical_symbols[z]}{count if count > 1 else ''}" for z, count in key)
        yield formula, np.array(numbers)


def _heaps(values: Array) -> _Heaps | None:
    """The fewest heaps that are far narrower than the gaps between them; None where there are none."""
    order = np.argsort(values)
    ordered = values[order]
    gaps = np.diff(ordered)
    widest = np.argsort(-gaps)
    for n_gaps in range(1, min(MOST_HEAPS, len(values))):
        members = np.split(order, np.sort(widest[:n_gaps]) + 1)
        gap, spread = float(gaps[widest[n_gaps - 1]]), max(float(np.ptp(values[own])) for own in members)
        if gap > SMALL_GAP and gap > FAR * spread:
            return _Heaps(members, gap, spread)
    return None


def _unphysical(heaps: _Heaps, frames: Sequence[Atoms]) -> bool:
    """Whether structures cannot explain the gap: because of its size, or because they are alike."""
    if heaps.gap > BINDING:
        return True
    if heaps.gap < FAR_ALIKE * heaps.spread or min(map(len, heaps.members)) < SMALLEST_HEAP:
        return False
    volumes = [cell_volume(frame) if frame.pbc.all() else None for frame in frames]
    sizes = np.array(
        [[len(f), 0.0] if v is None else [0.0, v / len(f)] for f, v in zip(frames, volumes, strict=True)]
    )
    ranges = [(sizes[own].min(axis=0), sizes[own].max(axis=0)) for own in heaps.members]
    return all(
        bool((low <= other_high).all() and (other_low <= high).all())
        for (low, high) in ranges
        for (other_low, other_high) in ranges
    )


def _line(kind: str, heaps: _Heaps, numbers: Integers, values: Array, names: Sequence[str]) -> str:
    means = ", ".join(f"{float(np.median(values[own])):.6g} ({len(own)} frames)" for own in heaps.members)
    smallest = min(heaps.members, key=len)
    return (
        f"energies {kind} lie in {len(heaps.members)} heaps that are {heaps.gap:.3g} eV/atom apart and "
        f"{heaps.spread:.2g} wide, around {means} eV/atom: are they of two programs, functionals or "
        f"pseudopotentials? In the smallest: {named(names, np.sort(numbers[smallest]))}"
    )


def suspicious_labels(frames: Sequence[Atoms], file: Path) -> list[str]:
    """All of this about the frames of one file, a line each."""
    names = [str(Source(file, number)) for number in range(len(frames))]
    energies = np.array([results_of(frame).get("energy", np.nan) for frame in frames], float)
    return check_placeholders(frames, names) + check_heaps(frames, names, energies)
