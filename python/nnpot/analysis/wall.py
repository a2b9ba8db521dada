"""A repulsive wall below the shortest distances of the training frames.

A network has never seen atoms that are closer than in its training frames, and may attract them. The
universal repulsion of Ziegler, Biersack and Littmark (1985), LAMMPS's ``pair_style zbl``, keeps them apart.
It is switched off towards those shortest distances, so that nothing changes where the network knows what it
does, and it need not be trained on differences.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ase import Atoms
from ase.data import atomic_numbers

from nnpot.analysis.closest_pairs import Elements, closest_pairs
from nnpot.errors import InvalidInputError
from nnpot.lammps_runtime import PairCommands, network_commands

INNER = 0.7
"""Where the wall has its whole height, as a share of where it begins."""


def shortest_distances(frames: Iterable[Atoms], reach: float = 4.0) -> dict[Elements, float]:
    """The shortest distance of every two elements over all frames in Å, as far as it is within ``reach``."""
    shortest: dict[Elements, float] = {}
    for frame in frames:
        for pair, closest in closest_pairs(frame, reach).items():
            shortest[pair] = min(closest.distance, shortest.get(pair, closest.distance))
    return shortest


def walled_commands(
    model: Path, elements: Sequence[str], shortest: Mapping[Elements, float], inner: float = INNER
) -> PairCommands:
    """LAMMPS's commands for a model with a wall.

    Parameters
    ----------
    model
        The model's folder.
    elements
        LAMMPS type ``i + 1`` is ``elements[i]``.
    shortest
        Where the wall of every two elements begins, Å; see `shortest_distances`.
    inner
        Where it has its whole height, as a share of that.

    Raises
    ------
    InvalidInputError
        If two elements have no distance, or ``inner`` is not between 0 and 1.
    """
    if not 0.0 < inner < 1.0:
        raise InvalidInputError(f"inner must be between 0 and 1, got {inner}")
    pairs = list(itertools.combinations_with_replacement(enumerate(elements, 1), 2))
    network = network_commands(model, list(elements)).coefficients[0].removeprefix("* * ")
    styles, lines = ["hybrid/overlay nnp"], [f"* * nnp {network}"]
    for number, ((i, a), (j, b)) in enumerate(pairs, 1):
        key = (min(a, b), max(a, b))
        if key not in shortest:
            raise InvalidInputError(f"the frames have no distance between {a} and {b}: where is their wall?")
        outer = shortest[key]
        styles.append(f"zbl {inner * outer:.4f} {outer:.4f}")
        instance = f"zbl {number}" if len(pairs) > 1 else "zbl"
        lines.append(f"{i} {j} {instance} {atomic_numbers[a]} {atomic_numbers[b]}")
    return PairCommands(" ".join(styles), tuple(lines))
