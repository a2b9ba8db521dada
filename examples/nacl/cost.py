"""What a step costs: both networks in LAMMPS, on one MPI rank and on two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ase import Atoms
from ase.io.lammpsdata import write_lammps_data
from crystal import ELEMENTS
from melt import TEMPERATURE
from networks import LONG, SHORT, Trained

from nnpot.benchmark.cases import Model
from nnpot.benchmark.md import Settings, run_benchmark
from nnpot.benchmark.summary import summarize

RANKS = (1, 2)


@dataclass(frozen=True)
class Cost:
    """Medians of the whole step's wall time, µs per atom and step, by network and number of MPI ranks."""

    n_atoms: int
    times: dict[tuple[str, int], float]

    @property
    def ratio(self) -> float:
        """Of the long-ranged network's time on one rank over the short-ranged one's."""
        return self.times[LONG, 1] / self.times[SHORT, 1]

    @property
    def speed_up(self) -> float:
        """Of the long-ranged network on two ranks."""
        return self.times[LONG, 1] / self.times[LONG, 2]


def measure(
    networks: Mapping[str, Trained], start: Atoms, output: Path, size: int, seconds: float, rounds: int
) -> Cost:
    """Time both networks on so many atoms of melt; runs that are kept there are not made again."""
    folder = output / "cost"
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "melt.data"
    write_lammps_data(data, start, specorder=ELEMENTS, masses=True)
    models = tuple(Model(name, networks[name].model) for name in (SHORT, LONG))
    settings = Settings(
        models=models,
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
    rows = summarize(run_benchmark(settings, folder).runs, SHORT)
    return Cost(rows[0].n_atoms, {(row.label, row.ranks): row.loop.median for row in rows})
