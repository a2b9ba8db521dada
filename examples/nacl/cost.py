"""What a step costs in LAMMPS with charges and without, on one MPI rank and on two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ase import Atoms
from ase.io.lammpsdata import write_lammps_data
from crystal import ELEMENTS
from melt import TEMPERATURE
from networks import LONG, SHORT, Network, Trained

from nnpot.analysis.statistical_error import Estimate, median_of
from nnpot.benchmark.cases import Model
from nnpot.benchmark.md import Settings, run_benchmark

RANKS = (1, 2)


@dataclass(frozen=True)
class Cost:
    """The whole step's time in each round, µs per atom and step, by network and number of MPI ranks.

    It is wall time less that in which the processes waited for a core: others may use the machine.
    """

    n_atoms: int
    rounds: dict[tuple[Network, int], list[float]]

    @property
    def times(self) -> dict[tuple[Network, int], Estimate]:
        """Medians over the rounds."""
        return {timed: median_of(rounds) for timed, rounds in self.rounds.items()}

    @property
    def cutoffs(self) -> list[float]:
        """Å, of the networks that were timed."""
        return sorted({network.cutoff for network, _ in self.rounds})

    def ratio(self, cutoff: float) -> Estimate:
        """Of the long-ranged network's time on one rank over the short-ranged one's, same cutoff."""
        return self._ratio((Network(LONG, cutoff), 1), (Network(SHORT, cutoff), 1))

    def time_on_two(self, cutoff: float) -> Estimate:
        """Of the long-ranged network on two ranks over that on one."""
        return self._ratio((Network(LONG, cutoff), 2), (Network(LONG, cutoff), 1))

    def _ratio(self, one: tuple[Network, int], other: tuple[Network, int]) -> Estimate:
        """The median over the rounds, in each of which both were timed one after the other."""
        rounds = zip(self.rounds[one], self.rounds[other], strict=True)
        return median_of([upper / lower for upper, lower in rounds])


def measure(
    networks: Mapping[Network, Trained],
    cutoffs: Sequence[float],
    start: Atoms,
    output: Path,
    seconds: float,
    rounds: int,
    size: int,
) -> Cost:
    """Time the networks of these cutoffs, with charges and without, on about ``size`` atoms of melt.

    Runs that are kept there are not made again.
    """
    folder = output / "cost"
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "melt.data"
    write_lammps_data(data, start, specorder=ELEMENTS, masses=True)
    timed = {
        network.name: network
        for network in networks
        if network.cutoff in cutoffs and network.kind in (SHORT, LONG)
    }
    settings = Settings(
        models=tuple(Model(name, networks[network].model) for name, network in timed.items()),
        styles=(),
        sizes=(size,),
        ranks=RANKS,
        data=data,
        elements=tuple(ELEMENTS),
        temperature=TEMPERATURE,
        timestep=1.0,
        repeat=rounds,
        seconds=seconds,
    )
    runs = sorted(run_benchmark(settings, folder).runs, key=lambda run: run.round)
    found: dict[tuple[Network, int], list[float]] = {}
    for run in runs:
        found.setdefault((timed[run.label], run.ranks), []).append(run.loop_us * run.cpu_use)
    return Cost(runs[0].n_atoms, found)
