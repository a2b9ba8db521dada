"""Clusters of H2S and helium: positions without overlap, energies of a pair potential, and their features."""

from collections.abc import Iterator

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from nnpot import SymmetryFunctions
from nnpot.io import feature_frame

Array = NDArray[np.float64]

CUTOFF = 6.0
"""Å, of the potential and of the features."""
SPACING, JITTER = 3.4, 0.35
"""Å: of the sites of molecules and helium atoms, and how far from their site they are at most."""
EXPANSION = (0.97, 1.06)
BOND, BOND_SPREADS, ANGLE = 1.34, (0.01, 0.09), 92.1
"""Å and degrees, of H2S; how much bonds vary in their lengths is different from frame to frame."""
N_ORIENTATIONS = 12
"""Of each molecule, of which the one farthest from its surroundings is taken."""
SINGLE = {"H": -13.6, "He": -79.0, "S": -398.1}
"""Energies of single atoms, eV."""
EPSILON = {"H": 0.0015, "He": 0.0009, "S": 0.0120}
SIGMA = {"H": 2.1, "He": 2.6, "S": 3.6}
"""Lennard-Jones, eV and Å; of a pair: the geometric and the arithmetic mean."""
SOFT = 0.05
"""σ⁶/r⁶ becomes 1/((r/σ)⁶ + this): an overlap costs much and not everything."""
WELL, WIDTH = 3.8, 1.9
"""Morse potential of S-H, eV and 1/Å, within 1.9 Å."""
BONDED = 1.9
N_FUNCTIONS = 10
"""For each element of neighbours."""


def cluster(random: np.random.Generator, n_molecules: int, n_helium: int) -> Atoms:
    """A spherical droplet of molecules and helium atoms at random sites; the atoms in any order."""
    centers = _sites(random, n_molecules + n_helium) * random.uniform(*EXPANSION)
    sulfur, helium = centers[:n_molecules], centers[n_molecules:]
    hydrogen: list[Array] = []
    spread = random.uniform(*BOND_SPREADS)
    for center in sulfur:
        near = np.concatenate([centers, *hydrogen])
        near = near[(np.linalg.norm(near - center, axis=1) < 2.0 * SPACING) & (near != center).any(axis=1)]
        hydrogen.append(_hydrogen(random, center, near, spread))
    positions = np.concatenate([sulfur, *hydrogen, helium])
    symbols = ["S"] * n_molecules + ["H"] * (2 * n_molecules) + ["He"] * n_helium
    order = random.permutation(len(symbols))
    return Atoms([symbols[k] for k in order], positions=positions[order])


def _sites(random: np.random.Generator, n_sites: int) -> Array:
    """The innermost points of a cubic lattice, moved at random, in random order."""
    half = int(np.ceil((3.0 * n_sites / (4.0 * np.pi)) ** (1.0 / 3.0))) + 1
    axis = np.arange(-half, half + 1)
    points = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3) + random.uniform(-0.3, 0.3, 3)
    inner = points[np.argsort(np.linalg.norm(points, axis=1))[:n_sites]]
    moved: Array = SPACING * inner + random.uniform(-JITTER, JITTER, inner.shape)
    return random.permutation(moved)


def _hydrogen(random: np.random.Generator, center: Array, near: Array, spread: float) -> Array:
    """The two hydrogen atoms of a molecule, turned away from what is near."""
    half = np.radians(ANGLE) / 2.0
    rotations, _ = np.linalg.qr(random.normal(size=(N_ORIENTATIONS, 3, 3)))
    lengths = random.normal(BOND, spread, 2)
    shape = lengths[:, None] * np.array(
        [[np.cos(half), np.sin(half), 0.0], [np.cos(half), -np.sin(half), 0.0]]
    )
    choices = center + shape @ rotations
    if len(near) == 0:
        return choices[0]
    nearest = np.linalg.norm(choices[:, :, None] - near, axis=-1).min(axis=(1, 2))
    return np.asarray(choices[np.argmax(nearest)])


def energy(atoms: Atoms) -> float:
    """Morse bonds of S and H, Lennard-Jones for all other pairs, both 0 at their cutoffs; eV."""
    pairs = cKDTree(atoms.positions).query_pairs(CUTOFF, output_type="ndarray")
    distances = np.linalg.norm(np.diff(atoms.positions[pairs], axis=1)[:, 0], axis=1)
    symbols = np.array(atoms.get_chemical_symbols())
    total = sum(SINGLE[symbol] for symbol in symbols)
    bonded = (np.sort(symbols[pairs], axis=1) == ["H", "S"]).all(axis=1) & (distances < BONDED)
    total += float((_morse(distances[bonded]) - _morse(np.array(BONDED))).sum())
    first, second = symbols[pairs[~bonded]].T
    sigma = 0.5 * (_of(SIGMA, first) + _of(SIGMA, second))
    depth = np.sqrt(_of(EPSILON, first) * _of(EPSILON, second))
    shifted = _lennard_jones(distances[~bonded], sigma) - _lennard_jones(CUTOFF, sigma)
    return total + float((depth * shifted).sum())


def _of(values: dict[str, float], symbols: NDArray[np.str_]) -> Array:
    return np.array([values[symbol] for symbol in symbols])


def _morse(r: Array) -> Array:
    return np.asarray(WELL * ((1.0 - np.exp(-WIDTH * (r - BOND))) ** 2 - 1.0))


def _lennard_jones(r: Array | float, sigma: Array) -> Array:
    power = 1.0 / ((r / sigma) ** 6 + SOFT)
    return np.asarray(4.0 * (power**2 - power))


def functions() -> SymmetryFunctions:
    """Gaussians of the distances to the neighbours of each element, equal for all centers."""
    places = np.linspace(0.8, 5.6, N_FUNCTIONS)
    eta = 1.0 / (2.0 * (places[1] - places[0]) ** 2)
    lines = [
        f"{center} 2 {neighbor} {eta:.6f} {place:.6f} {CUTOFF}"
        for center in SINGLE
        for neighbor in SINGLE
        for place in places
    ]
    return SymmetryFunctions(sorted(SINGLE, key=atomic_numbers.__getitem__), lines, 1)


def frames(n_frames: int, n_molecules: int, n_helium: int, seed: int) -> Iterator[Atoms]:
    """Frames of a feature file: features and energies of clusters, without their positions."""
    random, described = np.random.default_rng(seed), functions()
    for _ in range(n_frames):
        atoms = cluster(random, n_molecules, n_helium)
        values = described.values(atoms.positions, atoms.numbers, atoms.cell.array, atoms.pbc)
        yield feature_frame(atoms.numbers, values, energy(atoms))
