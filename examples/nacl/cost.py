"""What a step costs in LAMMPS with charges and without, on one MPI rank and on two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ase import Atoms
from ase.io.lammpsdata import write_lammps_data
from crystal import ELEMENTS
from melt import TEMPERATURE
from networks import LONG, SHORT, Network, Trained

from nnpot.benchmark.cases import Model
from nnpot.benchmark.md import Settings, run_benchmark
from nnpot.benchmark.summary import summarize

RANKS = (1, 2)


@dataclass(frozen=True)
class Cost:
    """Medians of the whole step's wall time, µs per atom and step, by network and number of MPI ranks."""

    n_atoms: int
    times: dict[tuple[Network, int], float]

    @property
    def cutoffs(self) -> list[float]:
        """Å, of the networks that were timed."""
        return sorted({network.cutoff for network, _ in self.times})

    def ratio(self, cutoff: float) -> float:
        """Of the long-ranged network's time on one rank over the short-ranged one's, same cutoff."""
        return self.times[Network(LONG, cutoff), 1] / self.times[Network(SHORT, cutoff), 1]

    def speed_up(self, cutoff: float) -> float:
        """Of the long-ranged network on two ranks."""
        return self.times[Network(LONG, cutoff), 1] / self.times[Network(LONG, cutoff), 2]


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
    rows = summarize(run_benchmark(settings, folder).runs, next(iter(timed)))
    return Cost(rows[0].n_atoms, {(timed[row.label], row.ranks): row.loop.median for row in rows})
