"""The radial distribution function g(r)."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.geometry import minkowski_reduce

from nnpot.analysis.closest_pairs import Elements
from nnpot.analysis.statistical_error import (
    UNKNOWN,
    Estimate,
    block_means,
    error_of_mean,
    jackknife,
    mean_curve_difference,
)
from nnpot.errors import InvalidInputError
from nnpot.lammps.runtime import PairCommands, open_lammps
from nnpot.lammps.system import LammpsSystem
from nnpot.support.arrays import Array, Integers
from nnpot.support.progress import progress


@dataclass(frozen=True)
class RadialDistribution:
    """g at the middle of each bin; ``r`` in Å, both of shape (n_bins,).

    ``pieces``, shape (n_pieces, n_bins), are g(r) of parts that are independent of each other and whose mean
    this is: blocks of a run, or runs; None where there is one alone.
    """

    r: Array
    g: Array
    pieces: Array | None = None

    @property
    def error(self) -> Array:
        """Standard error of g in each bin; NaN where it is not known."""
        return error_of_mean(self._pieces)

    @property
    def closest(self) -> float:
        """The shortest distance at which there are atoms, Å (middle of a bin); NaN where there are none.

        Close beside that of a reference it tells that atoms have fallen into each other, which few pairs do
        and a mean over all distances hardly shows.
        """
        occupied = self.r[self.g > 0.0]
        return float(occupied[0]) if len(occupied) else UNKNOWN

    @property
    def _pieces(self) -> Array:
        return self.g[None] if self.pieces is None else self.pieces

    def mean_difference(self, other: RadialDistribution) -> float:
        """Mean of |g - g'| over the distances at which there are atoms, in one of the two at least."""
        return float(np.mean(np.abs(self.g - other.g)[(self.g > 0.0) | (other.g > 0.0)]))

    def difference(self, other: RadialDistribution) -> Estimate:
        """`mean_difference` less what noise alone would give (`mean_curve_difference`), with its error."""
        occupied = (self.g > 0.0) | (other.g > 0.0)
        return mean_curve_difference(self._pieces[:, occupied], other._pieces[:, occupied])

    def first_peak_estimates(self, smallest: float = 2.0) -> tuple[Estimate, Estimate]:
        """`first_peak`: position (Å) and height, with standard errors (jackknife over the pieces)."""
        pieces = list(self._pieces)

        def peak_of(kept: Sequence[Array]) -> tuple[float, float]:
            return RadialDistribution(self.r, np.mean(kept, axis=0)).first_peak(smallest)

        position, height = self.first_peak(smallest)
        return (
            Estimate(position, jackknife(pieces, lambda kept: peak_of(kept)[0]).error),
            Estimate(height, jackknife(pieces, lambda kept: peak_of(kept)[1]).error),
        )

    def first_peak(self, smallest: float = 2.0) -> tuple[float, float]:
        """Position (Å) and height of the first maximum that is higher than ``smallest``.

        From a parabola through the logarithms of g around it, as far as g, smoothed over 0.1 Å, is above 0.7
        of its maximum on both sides: so single bins matter little.
        """
        width = round(0.1 / float(self.r[1] - self.r[0])) | 1
        smooth = np.convolve(self.g, np.full(width, 1.0 / width), "same")
        above = np.flatnonzero(smooth > smallest)
        if len(above) == 0:
            raise InvalidInputError(f"g(r) has no peak above {smallest:g}")
        gap = np.flatnonzero(smooth[above[0] :] <= smallest)
        end = above[0] + gap[0] if len(gap) else len(smooth)
        top = above[0] + int(np.argmax(smooth[above[0] : end]))
        low = np.abs(np.flatnonzero(smooth < 0.7 * smooth[top]) - top)
        reach = max(1, int(low.min()) - 1) if len(low) else 1
        near = slice(max(0, top - reach), top + reach + 1)
        g, r = np.maximum(self.g[near], 1e-3), self.r[near] - self.r[top]
        a, b, c = np.polyfit(r, np.log(g), 2, w=np.sqrt(g))
        if a >= 0.0:
            return float(self.r[top]), float(self.g[top])
        return float(self.r[top] - b / (2.0 * a)), float(np.exp(c - b * b / (4.0 * a)))


def mean_distribution(found: Sequence[RadialDistribution]) -> RadialDistribution:
    """Mean of g(r) of several simulations with the same bins, each with the same weight and a piece of it.

    Raises `InvalidInputError` if there is none, or one has other bins than the first.
    """
    if not found:
        raise InvalidInputError("a mean of distributions needs at least one, got none")
    for number, one in enumerate(found):
        if not np.array_equal(one.r, found[0].r):
            raise InvalidInputError(
                f"a mean of distributions needs the same bins in all: expected the {len(found[0].r)} to "
                f"{found[0].r[-1]:g} Å of the first, got {len(one.r)} to {one.r[-1]:g} Å in number "
                f"{number + 1}"
            )
    g = np.array([one.g for one in found])
    return RadialDistribution(found[0].r, g.mean(axis=0), g if len(found) > 1 else found[0].pieces)


def radial_distribution(frames: Iterable[Atoms], r_max: float, bin_width: float = 0.05) -> RadialDistribution:
    """Mean g(r) of periodic frames, over all pairs of atoms whatever their elements.

    g(r) = V / N² · <number of ordered pairs in the shell> / volume of the shell. Its pieces are blocks of the
    frames in their order, ten at most. The largest distance ``r_max`` and the width of a bin are in Å. Raises
    `InvalidInputError` if a frame is not periodic in all directions or its shortest height less than twice
    ``r_max``, or there is none.
    """

    def pairs(frame: Atoms) -> dict[Elements, _Counts]:
        _, _, distances = _pairs_within(frame, r_max)
        return {("", ""): (distances, len(frame) ** 2)}

    return _mean_distributions(frames, pairs, r_max, bin_width)["", ""]


def partial_radial_distributions(
    frames: Iterable[Atoms], r_max: float, bin_width: float = 0.05
) -> dict[Elements, RadialDistribution]:
    """Mean g(r) of each pair of elements, symbols in alphabetical order; all tend to 1 at large distances.

    g_ab(r) = V / (N_a N_b) · <number of ordered pairs a, b in the shell> / volume of the shell. Parameters
    and errors as for `radial_distribution`; all frames have the same atoms.
    """

    def pairs(frame: Atoms) -> dict[Elements, _Counts]:
        first, second, distances = _pairs_within(frame, r_max)
        symbols = np.array(frame.get_chemical_symbols())
        found: dict[Elements, _Counts] = {}
        for a, b in itertools.combinations_with_replacement(sorted(set(symbols.tolist())), 2):
            own = (symbols[first] == a) & (symbols[second] == b)
            if a != b:
                own |= (symbols[first] == b) & (symbols[second] == a)
            ordered = int(np.sum(symbols == a) * np.sum(symbols == b)) * (1 if a == b else 2)
            found[a, b] = (distances[own], ordered)
        return found

    return _mean_distributions(frames, pairs, r_max, bin_width)


_Counts = tuple[Array, int]
"""Distances of pairs i < j, and how many ordered pairs there would be without a limit of the distance."""


def _mean_distributions(
    frames: Iterable[Atoms], pairs: Callable[[Atoms], dict[Elements, _Counts]], r_max: float, bin_width: float
) -> dict[Elements, RadialDistribution]:
    n_bins = round(r_max / bin_width)
    edges = np.linspace(0.0, r_max, n_bins + 1)
    shells = 4.0 / 3.0 * np.pi * np.diff(edges**3)
    found: dict[Elements, list[Array]] = defaultdict(list)
    for frame in frames:
        for elements, (distances, n_ordered) in pairs(frame).items():
            counts = np.histogram(distances, bins=edges)[0]
            found[elements].append(2.0 * counts * frame.get_volume() / (n_ordered * shells))
    if not found:
        raise InvalidInputError("a radial distribution needs at least one frame")
    middle, distributions = 0.5 * (edges[1:] + edges[:-1]), {}
    for elements, g in found.items():
        pieces = block_means(g) if len(g) > 1 else None
        distributions[elements] = RadialDistribution(middle, np.mean(g, axis=0), pieces)
    return distributions


def _pairs_within(frame: Atoms, r_max: float) -> tuple[Integers, Integers, Array]:
    """All pairs i < j that are closer than ``r_max``: i, j and the distance."""
    if not frame.pbc.all():
        raise InvalidInputError(
            "a radial distribution needs frames that are periodic in all three directions"
        )
    cell = minkowski_reduce(frame.cell)[0]
    heights = 1.0 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    if r_max > 0.5 * heights.min() + 1e-9:
        raise InvalidInputError(
            f"r_max must be at most half of the cell's shortest height ({0.5 * heights.min():.3f} Å), "
            f"got {r_max}"
        )
    first, second = np.triu_indices(len(frame), 1)
    scaled = frame.positions @ np.linalg.inv(cell)
    difference = scaled[second] - scaled[first]
    difference -= np.round(difference)
    distances = np.linalg.norm(difference @ cell, axis=1)
    near = distances < r_max
    return first[near], second[near], distances[near]


@dataclass(frozen=True)
class Simulation:
    """The settings of a simulation of g(r), in K, ps and Å; with ``melt`` the start is heated to it first."""

    temperature: float
    duration: float
    melt: float | None = None
    equilibration: float = 3.0
    interval: float = 0.05
    r_max: float = 8.0
    seed: int = 1


def simulate_radial_distribution(
    atoms: Atoms, elements: Sequence[str], pair: PairCommands, simulation: Simulation
) -> RadialDistribution:
    """Simulate g(r) at constant temperature and volume, from ``atoms`` on, as `LammpsSystem` has them."""
    n_frames = max(1, round(simulation.duration / simulation.interval))
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, atoms, elements, pair)
        system.set_temperature(2.0 * (simulation.melt or simulation.temperature), simulation.seed)
        if simulation.melt is not None:
            system.thermostat(simulation.melt, simulation.seed)
            system.run(simulation.equilibration)
        system.thermostat(simulation.temperature, simulation.seed + 1)
        system.run(simulation.equilibration)
        frames = []
        with progress(f"g(r), {pair.style}, {simulation.temperature:.0f} K", n_frames) as bar:
            for _ in range(n_frames):
                system.run(simulation.interval)
                frames.append(system.snapshot())
                bar.advance()
    return radial_distribution(frames, simulation.r_max)
