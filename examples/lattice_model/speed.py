"""What single energies cost."""

import time

import numpy as np

from nnpot.lattice.model import LatticeModel

REPEATS = 30


def milliseconds(particles: int, width: float, depth: int, gradient: bool = False) -> float:
    """Time of one 2-D energy, or energy and gradient, on one thread: the fastest of some, without waiting."""
    core = LatticeModel().core
    positions = np.random.default_rng(0).uniform(0.0, width, (1, particles, 2))
    widths, depths = np.array([width]), np.array([depth])
    call = core.gradients if gradient else core.energies
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call(positions, widths, depths, 1)
        times.append(time.perf_counter() - start)
    return 1000.0 * min(times)


CASES = {
    "20 particles, depth 2, width 5 R_c": (20, 5.0, 2),
    "20 particles, depth 2, width 1.5 R_c": (20, 1.5, 2),
    "4 particles, depth 3, width 5 R_c": (4, 5.0, 3),
    "4 particles, depth 3, width 1.5 R_c": (4, 1.5, 3),
}
"""Particles, width, depth."""


def measure() -> dict[str, tuple[float, float]]:
    """Milliseconds for the energy, and for energy and gradient, of each case."""
    return {name: (milliseconds(*case), milliseconds(*case, gradient=True)) for name, case in CASES.items()}
