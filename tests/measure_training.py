"""Measures training on 64 silicon atoms with 27 functions: structures per second and peak memory.

    python tests/measure_training.py --frames 512 --batch-size 8                      # stored derivatives
    python tests/measure_training.py --frames 2048 --memory-limit 0.13 --epochs 1     # on the fly

Labels are random: what is measured does not depend on them. CPU seconds count the work on all cores, so that
a busy machine disturbs them least.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import time
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot.training.config import NetworkConfig, TrainingConfig
from nnpot.training.data.dataset import build_dataset, table_shapes
from nnpot.training.inputs.symmetry_functions import fit_descriptor
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.optimizers.trainer import GradientTrainer, Task
from nnpot.training.potentials.job import stores_derivatives
from nnpot.training.tensorflow_setup import set_up

RADIUS = 5.05
LINES = [f"Si 2 Si 4.0 {r} {RADIUS}" for r in (1.9, 2.2, 2.5, 2.8, 3.1, 3.4, 3.7, 4.0, 4.3)]
LINES += [f"Si 3 Si Si {e} {s} {z} {RADIUS}" for e in (0.01, 0.03, 0.1) for s in (-1, 1) for z in (1, 2, 4)]


def random_frame(random: np.random.Generator) -> Atoms:
    """Silicon with displaced atoms; 28 neighbours on average, 30 at most."""
    atoms = bulk("Si", cubic=True).repeat(2)
    atoms.rattle(0.12, rng=random)
    labels = {"energy": random.normal(), "forces": random.normal(size=(64, 3))}
    atoms.calc = SinglePointCalculator(atoms, **labels)
    return atoms


def create_trainer(options: argparse.Namespace, frames: list[Atoms]) -> GradientTrainer:
    """A trainer as `nnpot train` makes it, without validation."""
    training = {
        "batch_size": options.batch_size,
        "jacobian": options.jacobian,
        "memory_limit": options.memory_limit,
    }
    section = {"cutoff": RADIUS, "symmetry_functions": [{"type": "radial", "eta": 1.0}]}
    config = TrainingConfig.model_validate(
        {"data": {"train": ["none"]}, "descriptor": section, "training": training}
    )
    descriptor = fit_descriptor(LINES, ["Si"], 6, frames)
    n_bytes = sum(shape.n_bytes("float32") for shape in table_shapes(descriptor, frames).values())
    stored = stores_derivatives(config.training, n_bytes)
    data = build_dataset(
        descriptor, frames, {"Si": 0.0}, "float32", derivatives="stored" if stored else "on_the_fly"
    )
    scales = {"Si": descriptor.inputs["Si"].initial_scale}
    networks = AtomicNetworks.create(NetworkConfig(hidden=[25, 25]), scales, "float32", 0)
    return GradientTrainer(Task(config, networks, data, None, 1.0))


def resident() -> float:
    """GB in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e9


def main() -> None:
    """Print a line per epoch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--frames", type=int, default=512)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--jacobian", choices=["auto", "stored", "on_the_fly"], default="auto")
    parser.add_argument("--memory-limit", type=float, default=None)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    set_up(options.threads)
    random = np.random.default_rng(0)
    frames = [random_frame(random) for _ in range(options.frames)]
    before = resident()
    trainer = create_trainer(options, frames)
    for epoch in range(1, options.epochs + 1):
        wall, cpu = time.monotonic(), time.process_time()
        trainer.run_epoch(epoch)
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
        print(
            f"epoch {epoch}: {options.frames / wall:.0f} structures/s, "
            f"{options.threads * options.frames / cpu:.0f} per {options.threads} CPU seconds; "
            f"peak memory {peak:.2f} GB, {peak - before:.2f} GB more than before; "
            f"load {os.getloadavg()[0]:.0f}"
        )


if __name__ == "__main__":
    main()
