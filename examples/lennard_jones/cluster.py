"""Six atoms, of which each has five neighbours: their motion at constant energy, many copies at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import potential
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from nnpot.study import progress

Array = NDArray[np.float64]
Field = Callable[[Array], tuple[Array, Array]]
"""Energy (copies,) and forces (copies, 6, 3) of positions (copies, 6, 3)."""

N_ATOMS = 6
OTHERS = np.array([[j for j in range(N_ATOMS) if j != i] for i in range(N_ATOMS)])
"""(6, 5): the neighbours of each atom."""
TIME_STEP = 0.005
LIMITS = (0.85, 2.5)
"""Distances beyond these end a run: no network has seen any."""
OCTAHEDRON = (
    potential.MINIMUM
    / np.sqrt(2.0)
    * np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)
)


@dataclass(frozen=True)
class Motion:
    """A run of one copy: times, and total energies relative to the first; shorter where it broke up."""

    time: Array
    energy: Array
    broke_up: bool

    @property
    def drift(self) -> float:
        """Change of the total energy by a straight line through it, ε per 100 units of time."""
        return float(100.0 * np.polyfit(self.time, self.energy, 1)[0])

    @property
    def fluctuation(self) -> float:
        """Root mean square deviation from that line, ε."""
        line = np.polyval(np.polyfit(self.time, self.energy, 1), self.time)
        return float(np.sqrt(np.mean((self.energy - line) ** 2)))


def vectors(positions: Array) -> tuple[Array, Array]:
    """From each atom to its neighbours: (copies, 6, 5, 3), and the distances (copies, 6, 5)."""
    d = positions[:, OTHERS] - positions[:, :, None]
    return d, np.sqrt(np.sum(d**2, axis=-1))


def reference(positions: Array) -> tuple[Array, Array]:
    """Energy and forces of the potential itself."""
    d, r = vectors(positions)
    forces = np.sum((potential.slope(r) / r)[..., None] * d, axis=2)
    return 0.5 * potential.energy(r).sum(axis=(1, 2)), forces


def start(n_copies: int, temperature: float, seed: int) -> tuple[Array, Array]:
    """Octahedra, each turned and numbered at random, and velocities without a total momentum or turn."""
    random = np.random.default_rng(seed)
    turns = Rotation.random(n_copies, random_state=seed).as_matrix()
    orders = random.permuted(np.tile(np.arange(N_ATOMS), (n_copies, 1)), axis=1)
    positions = np.einsum("cab,cib->cia", turns, OCTAHEDRON[orders])
    velocities = random.normal(scale=np.sqrt(temperature), size=positions.shape)
    velocities -= velocities.mean(axis=1, keepdims=True)
    momentum = np.cross(positions, velocities).sum(axis=1)
    inertia = np.einsum("cia,cia->c", positions, positions)[:, None, None] * np.eye(3) - np.einsum(
        "cia,cib->cab", positions, positions
    )
    spin = np.linalg.solve(inertia, momentum[..., None])[..., 0]
    return positions, velocities - np.cross(spin[:, None], positions)


def step(
    positions: Array, velocities: Array, forces: Array, field: Field
) -> tuple[Array, Array, Array, Array]:
    """One step of velocity Verlet, unit masses: positions, velocities, forces, energy."""
    velocities = velocities + 0.5 * TIME_STEP * forces
    positions = positions + TIME_STEP * velocities
    energy, forces = field(positions)
    return positions, velocities + 0.5 * TIME_STEP * forces, forces, energy


def sample(n_copies: int, n_frames: int, temperature: tuple[float, float], seed: int) -> Array:
    """Positions (n, 6, 3) from runs with the potential, at temperatures evenly between two."""
    positions, velocities = start(n_copies, 1.0, seed)
    velocities *= np.sqrt(2.0 * np.linspace(*temperature, n_copies))[:, None, None]  # half becomes potential
    forces, frames = reference(positions)[1], []
    for number in range(20 * (n_frames + 5)):
        positions, velocities, forces, _ = step(positions, velocities, forces, reference)
        if number % 20 == 0 and number >= 100:
            frames.append(positions)
    found = np.concatenate(frames)
    return found[_inside(found)]


def _inside(positions: Array) -> NDArray[np.bool_]:
    r = vectors(positions)[1]
    return np.asarray((r.min(axis=(1, 2)) > potential.NEAREST) & (r.max(axis=(1, 2)) < potential.CUTOFF))


def run(
    name: str, field: Field, temperature: float, n_steps: int, interval: int = 10, seed: int = 9
) -> Motion:
    """One copy at constant energy, until its end or until a distance leaves `LIMITS`."""
    positions, velocities = start(1, 2.0 * temperature, seed)
    energy, forces = field(positions)
    records = []
    broke_up = False
    with progress(name, n_steps) as bar:
        for number in range(n_steps):
            if number % interval == 0:
                records.append((number * TIME_STEP, energy[0] + 0.5 * np.sum(velocities**2)))
                bar.advance(interval)
                r = vectors(positions)[1]
                broke_up = bool(r.min() < LIMITS[0] or r.max() > LIMITS[1])
            if broke_up:
                break
            positions, velocities, forces, energy = step(positions, velocities, forces, field)
    time, total = np.array(records).T
    return Motion(time, total - total[0], broke_up)
