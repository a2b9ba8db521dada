"""The melt: made with the reference, and followed with each potential."""

from dataclasses import dataclass

from ase import Atoms
from crystal import ELEMENTS, rock_salt

from nnpot.analysis.closest_pairs import Elements
from nnpot.analysis.radial_distribution import RadialDistribution
from nnpot.analysis.statistical_error import Estimate, mean_of_series
from nnpot.lammps.runtime import PairCommands, open_lammps
from nnpot.lammps.system import LammpsSystem
from nnpot.reference.sampling import scale_to_density
from nnpot.study import Schedule, distributions, free_density, prepare, trajectory

TEMPERATURE, DENSITY = 1300.0, 1.45
"""K and g/cm³, near that of this potential at no pressure."""
HOT = 3000.0
"""K, to melt the crystal."""
TIMESTEP = 2.0
"""fs"""


def melted(repeat: int, pair: PairCommands, duration: float) -> Atoms:
    """8 repeat³ atoms of melt, made in a time (ps)."""
    atoms = rock_salt((repeat, repeat, repeat))
    scale_to_density(atoms, DENSITY)
    schedule = Schedule(TEMPERATURE, 0.0, melt=HOT, melting=0.5 * duration, equilibration=0.5 * duration)
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, atoms, ELEMENTS, pair, TIMESTEP)
        prepare(system, schedule, 1)
        return system.snapshot()


@dataclass(frozen=True)
class MeltState:
    """The melt at a temperature, at constant volume and then at no pressure."""

    distributions: dict[Elements, RadialDistribution]
    energy: Estimate
    """eV/atom, mean."""
    density: Estimate
    """g/cm³, at no pressure."""


def follow(
    start: Atoms, pair: PairCommands, duration: float, free_volume: float, equilibration: float
) -> MeltState:
    """Run for a time (ps) at constant volume, then for another at no pressure."""
    with open_lammps(plugin=pair.needs_plugin) as lammps:
        system = LammpsSystem(lammps, start, ELEMENTS, pair, TIMESTEP)
        prepare(system, Schedule(TEMPERATURE, duration, equilibration=equilibration), 1)
        frames = trajectory(system, duration)
        density = free_density(system, TEMPERATURE, free_volume, 1)
    energies = [frame.get_potential_energy() / len(frame) for frame in frames]
    return MeltState(distributions(frames), mean_of_series(energies), density)
