"""A repulsive wall below the shortest distances of the training frames.

A network has never seen atoms that are closer than in its training frames, and may attract them. A wall
E = k (r_0 - r)² for r < r_0, LAMMPS's ``pair_style harmonic/cut``, keeps them apart. It begins at those
shortest distances r_0, so that nothing changes where the network knows what it does, and it need not be
trained on differences.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ase import Atoms

from nnpot.analysis.closest_pairs import Elements, closest_pairs
from nnpot.errors import InvalidInputError
from nnpot.lammps.runtime import PairCommands

STIFFNESS = 100.0
"""k in eV/Å²: 25 eV half an ångström inside, and vibrations of light atoms in it of no less than 10 fs."""


def shortest_distances(frames: Iterable[Atoms], reach: float = 4.0) -> dict[Elements, float]:
    """The shortest distance of every two elements over all frames in Å, as far as it is within ``reach``."""
    shortest: dict[Elements, float] = {}
    for frame in frames:
        for pair, closest in closest_pairs(frame, reach).items():
            shortest[pair] = min(closest.distance, shortest.get(pair, closest.distance))
    return shortest


def walled(
    network: PairCommands,
    elements: Sequence[str],
    shortest: Mapping[Elements, float],
    stiffness: float = STIFFNESS,
) -> PairCommands:
    """LAMMPS's commands for a network (`nnpot.lammps.runtime.network_commands`) with a wall.

    LAMMPS type ``i + 1`` is ``elements[i]``; the wall of every two elements begins at its distance in
    ``shortest`` (Å, `shortest_distances`); ``stiffness`` is k in eV/Å². Raises `InvalidInputError` if two
    elements have no distance, or the stiffness is not positive.
    """
    if not stiffness > 0.0:
        raise InvalidInputError(f"the stiffness of a wall must be > 0, got {stiffness}")
    style = network.style.split()[0]
    lines = [line.replace("* *", f"* * {style}", 1) for line in network.coefficients]
    for (i, a), (j, b) in itertools.combinations_with_replacement(enumerate(elements, 1), 2):
        distance = shortest.get((min(a, b), max(a, b)))
        if distance is None:
            raise InvalidInputError(f"the frames have no distance between {a} and {b}: where is their wall?")
        lines.append(f"{i} {j} harmonic/cut {stiffness:g} {distance:.4f}")
    style = f"hybrid/overlay {network.style} harmonic/cut"
    return replace(network, style=style, coefficients=tuple(lines))
