"""Run molecular dynamics at constant energy in ASE with a potential, and watch the total energy.

python ase_dynamics.py [MODEL]    MODEL is the folder of a potential of silicon, by default a small one
"""

import sys
from pathlib import Path

import numpy as np
from ase import units
from ase.build import bulk
from ase.io import Trajectory
from ase.md.verlet import VelocityVerlet

import nnpot

MODEL = Path(__file__).resolve().parents[2] / "tests" / "data" / "silicon" / "model"

atoms = bulk("Si", "diamond", a=5.43, cubic=True).repeat(2)
atoms.calc = nnpot.Calculator(sys.argv[1] if len(sys.argv) > 1 else MODEL)
widths = np.sqrt(600.0 * units.kB / atoms.get_masses())[:, None]  # of the velocities at 600 K
velocities = widths * np.random.default_rng(1).normal(size=(len(atoms), 3))
atoms.set_velocities(velocities - velocities.mean(axis=0))

dynamics = VelocityVerlet(atoms, timestep=1.0 * units.fs)
totals = []


def report() -> None:
    """Print a line; energies per atom."""
    totals.append(atoms.get_total_energy() / len(atoms))
    print(f"{dynamics.nsteps:5d} fs {atoms.get_temperature():6.0f} K {totals[-1]:10.5f} eV/atom")


dynamics.attach(report, interval=50)
dynamics.attach(Trajectory("dynamics.traj", "w", atoms).write, interval=10)
dynamics.run(500)
print(f"the total energy changed by {1000.0 * (totals[-1] - totals[0]):+.4f} meV/atom")
