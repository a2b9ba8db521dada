"""Facts of the frames of a data set, found once, and what looks wrong in them, a line each."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers, chemical_symbols, covalent_radii

from nnpot.analysis.closest_pairs import ClosestPair, Elements, closest_pairs
from nnpot.analysis.label_checks import N_NAMED, check_heaps, check_placeholders, named
from nnpot.cells import cell_volume
from nnpot.io.feature_files import FEATURES, has_features
from nnpot.io.labels import likely_key, results_of
from nnpot.io.source import Source
from nnpot.support.arrays import Array, Integers

REACH = 1.8  # pairs are looked for up to so many times the largest sum of two covalent radii
SAME = 1e-5
"""Å: how much the coordinates of frames may differ that count as the same (rounding of a text file)."""


@dataclass(frozen=True)
class FrameFacts:
    """Arrays with one entry per frame, NaN where a frame has no such thing."""

    frames: list[Atoms]
    files: list[str]  # the file of each, by the shortest name that tells the files apart
    names: list[str]  # file and number of each
    n_atoms: Integers
    energy: Array  # eV, total
    force_square: Array  # (eV/Å)²: the sum over all components
    force_max: Array  # eV/Å: the longest vector
    stress: Array  # (n, 6) eV/Å³; of frames with a cell of full rank, whatever its periodicity
    volume: Array  # Å³, of frames that are periodic in three directions
    mass: Array  # u
    digest: list[bytes]  # equal for frames of the same elements, cell and positions, or features
    closest: list[dict[Elements, ClosestPair]]


def frame_facts(frames: Sequence[Atoms], sources: Sequence[Source]) -> FrameFacts:
    """Look at every frame once."""
    results = [results_of(frame) for frame in frames]
    forces = [np.asarray(found.get("forces", np.full((1, 3), np.nan))) for found in results]
    squares = [np.sum(f * f, axis=1) for f in forces]
    files = _file_names([source.path for source in sources])
    return FrameFacts(
        frames=list(frames),
        files=files,
        names=[f"{file}: frame {source.number}" for file, source in zip(files, sources, strict=True)],
        n_atoms=np.array([len(frame) for frame in frames]),
        energy=np.array([found.get("energy", np.nan) for found in results], dtype=float),
        force_square=np.array([square.sum() for square in squares]),
        force_max=np.sqrt([square.max() for square in squares]),
        stress=np.array([_stress(*pair) for pair in zip(frames, results, strict=True)]).reshape(-1, 6),
        volume=np.array([cell_volume(f) if f.pbc.all() else None for f in frames], dtype=float),
        mass=np.array([frame.get_masses().sum() for frame in frames]),
        digest=[_digest(frame) for frame in frames],
        closest=[closest_pairs(frame, REACH * 2.0 * covalent_radii[frame.numbers].max()) for frame in frames],
    )


def _stress(frame: Atoms, results: Mapping[str, Any]) -> Array:
    """The stress of a frame with a volume; without one it is the slope of nothing."""
    known = results.get("stress") if cell_volume(frame) is not None else None
    return np.full(6, np.nan) if known is None else np.asarray(known)


def _file_names(paths: Sequence[Path]) -> list[str]:
    full = [Path(os.path.abspath(path)) for path in paths]
    folder = os.path.commonpath([path.parent for path in full])
    return [str(path.relative_to(folder)) for path in full]


def _digest(frame: Atoms) -> bytes:
    digest = hashlib.sha256(frame.numbers.tobytes() + frame.pbc.tobytes())
    if has_features(frame):
        digest.update(frame.arrays[FEATURES].tobytes())
    for values in (frame.cell.array, frame.positions):
        digest.update(np.round(values / SAME).astype(np.int64).tobytes())
    return digest.digest()


TOO_CLOSE, TOO_FAR = 0.6, 1.4
"""Times the sum of covalent radii: of single atoms, and of the closest atoms of half of the frames.
Lengths in bohr that are taken for Å give about 1.9, the reverse 0.53."""
MANY = 0.5  # share of the frames beyond which close atoms are a matter of units, not of single frames
OUTLIER = 12.0  # robust standard deviations from the median
SMALLEST_ENERGY, SMALLEST_FORCE = 0.05, 2.0
"""eV/atom and eV/Å: smaller distances from the median are never outliers."""
NO_FORCE = 1e-3  # eV/Å: frames of perfect crystals say nothing about forces
SAME_ENERGY = 1e-6  # eV/atom


@dataclass(frozen=True)
class PairDistance:
    """The shortest distance of two elements over all frames."""

    elements: Elements
    distance: float  # Å
    radii: float  # Å: the sum of the covalent radii
    where: str


def pair_distances(facts: FrameFacts) -> list[PairDistance]:
    """The shortest distance of every two elements that come near each other anywhere, by their symbols."""
    best: dict[Elements, tuple[float, int]] = {}
    for number, closest in enumerate(facts.closest):
        for elements, pair in closest.items():
            best[elements] = min(best.get(elements, (np.inf, 0)), (pair.distance, number))
    return [
        PairDistance(elements, distance, _radii(elements), facts.names[number])
        for elements, (distance, number) in sorted(best.items())
    ]


def check_distances(facts: FrameFacts) -> list[str]:
    """Atoms too close in single frames, or distances that speak for another unit of length."""
    ratios = np.array(
        [
            min((pair.distance / _radii(elements) for elements, pair in closest.items()), default=np.inf)
            for closest in facts.closest
        ]
    )
    crowded = np.array([len(frame) > 1 and not has_features(frame) for frame in facts.frames])
    close = ratios < TOO_CLOSE
    if close.mean() > MANY:
        return [
            f"distances: in {close.sum()} of {len(close)} frames atoms are closer than {TOO_CLOSE:g} times "
            f"the sum of their covalent radii: are the lengths in another unit (Å taken for bohr)?"
        ]
    findings = []
    if close.any():
        findings.append(
            f"atoms too close (below {TOO_CLOSE:g} times the sum of their covalent radii) in "
            f"{named(facts.names, np.flatnonzero(close))}"
        )
    if crowded.any() and np.median(ratios[crowded]) > TOO_FAR:
        findings.append(
            f"distances: in half of the frames no atoms are closer than {TOO_FAR:g} times the sum of their "
            f"covalent radii: are the lengths in another unit (bohr taken for Å)?"
        )
    return findings


def check_labels(facts: FrameFacts) -> list[str]:
    """Missing energies, placeholders of 0, names that may mean a missing label, energies of two programs."""
    findings = []
    missing = np.flatnonzero(np.isnan(facts.energy))
    if len(missing):
        hint = likely_key(facts.frames, "energy") if len(missing) == len(facts.frames) else ""
        findings.append(f"no energy, needed for training, in {named(facts.names, missing)}{hint}")
    findings += check_placeholders(facts.frames, facts.names)
    if np.isnan(facts.force_max).all() and not all(map(has_features, facts.frames)):
        findings.append(f"no frame has forces{likely_key(facts.frames, 'forces')}")
    stress = likely_key(facts.frames, "stress") if np.isnan(facts.stress).all() else ""
    if stress:
        findings.append(f"no frame has a stress{stress}")
    return findings + check_heaps(facts.frames, facts.names, facts.energy)


def check_features(facts: FrameFacts) -> list[str]:
    """Features that never vary, in the frames that have features."""
    low: dict[tuple[int, int], Array] = {}
    high: dict[tuple[int, int], Array] = {}
    for frame in filter(has_features, facts.frames):
        for z in np.unique(frame.numbers).tolist():
            values = frame.arrays[FEATURES][frame.numbers == z]
            values = values[:, np.isfinite(values[0])]
            key = z, values.shape[1]
            low[key] = np.minimum(low.get(key, np.inf), values.min(axis=0))
            high[key] = np.maximum(high.get(key, -np.inf), values.max(axis=0))
    findings = []
    for z, count in sorted(low):
        constant = np.flatnonzero(low[z, count] == high[z, count]) + 1
        if len(constant):
            more = " ..." if len(constant) > N_NAMED else ""
            findings.append(
                f"features of {chemical_symbols[z]} that never vary and so say nothing: {len(constant)} of "
                f"{count} ({', '.join(map(str, constant[:N_NAMED]))}{more}, counted from 1)"
            )
    return findings


def check_duplicates(facts: FrameFacts, parts: Sequence[str]) -> list[str]:
    """Frames that are there twice, in one part or in two."""
    equal: dict[bytes, list[int]] = defaultdict(list)
    for number, digest in enumerate(facts.digest):
        equal[digest].append(number)
    again = [numbers for numbers in equal.values() if len(numbers) > 1]
    across = [numbers for numbers in again if len({parts[n] for n in numbers}) > 1]
    within = [numbers for numbers in again if numbers not in across]
    energy = facts.energy / facts.n_atoms
    different = [numbers for numbers in again if np.ptp(energy[numbers]) > SAME_ENERGY]
    findings = []
    if across:
        names = _equals(facts, across, parts)
        findings.append(f"the same structures in different parts of the data: {names}")
    if within:
        findings.append(f"the same structures again: {_equals(facts, within, ())}")
    if different:
        widest = max(float(np.ptp(energy[numbers])) for numbers in different)
        findings.append(
            f"the same structures with different energies (by up to {widest:.3g} eV/atom): "
            f"{_equals(facts, different, ())}"
        )
    return findings


def check_outliers(facts: FrameFacts, energy_above_atoms: Array) -> list[str]:
    """Frames whose energy per atom or whose largest force is far from those of the others."""
    findings = []
    forces = np.where(facts.force_max > NO_FORCE, facts.force_max, np.nan)
    for name, unit, values, smallest in (
        ("energy", "eV/atom", energy_above_atoms, SMALLEST_ENERGY),
        ("largest force", "eV/Å", forces, SMALLEST_FORCE),
    ):
        known = values[np.isfinite(values)]
        if len(known) == 0:
            continue
        median = float(np.median(known))
        limit = max(smallest, OUTLIER * 1.4826 * float(np.median(np.abs(known - median))))
        far = np.flatnonzero(np.abs(values - median) > limit)
        if len(far):
            order = far[np.argsort(-np.abs(values[far] - median))]
            farthest = values[order[0]]
            findings.append(
                f"{name} far from the median {median:.3g} {unit} (by more than {limit:.2g}, up to "
                f"{farthest:.3g}): {named(facts.names, order)}"
            )
    return findings


def _radii(elements: Elements) -> float:
    return float(sum(covalent_radii[atomic_numbers[symbol]] for symbol in elements))


def _equals(facts: FrameFacts, sets: Sequence[Sequence[int]], parts: Sequence[str]) -> str:
    def name(number: int) -> str:
        return f"{facts.names[number]}{f' ({parts[number]})' if parts else ''}"

    shown = "; ".join(" = ".join(name(number) for number in numbers[:N_NAMED]) for numbers in sets[:N_NAMED])
    more = len(sets) - N_NAMED
    return f"{shown}{f'; and {more} more' if more > 0 else ''}"
