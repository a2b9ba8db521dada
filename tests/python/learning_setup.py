"""A learning loop of seconds: copper, with ASE's EMT as the reference."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from structures import emt_labelled

from nnpot.io import write_frames
from nnpot.learning.config import LearningConfig

COPPER = {"crystal": {"name": "Cu", "crystalstructure": "fcc", "a": 3.61, "cubic": True}}


class PickyEMT(EMT):
    """Fails for frames in which the first atom's neighbour sits low: some, and always the same."""

    def calculate(self, atoms: Any = None, *arguments: Any, **others: Any) -> None:
        if int(1e6 * abs(atoms.positions[0, 0])) % 4 == 0:
            raise RuntimeError("this frame does not converge")
        super().calculate(atoms, *arguments, **others)


def copper_frames(n_frames: int, size: float, seed: int) -> list[Atoms]:
    """Crystals of 32 atoms, all moved at random by about this much (Å)."""
    frames = []
    for number in range(n_frames):
        atoms = bulk("Cu", "fcc", a=3.61, cubic=True) * (2, 2, 2)
        atoms.rattle(size, seed=seed + number)
        frames.append(emt_labelled(atoms, "energy", "forces", "stress"))
    return frames


def copper_values(folder: Path, **changes: Any) -> dict[str, Any]:
    """A configuration as in a YAML file; its files lie in ``folder``."""
    write_frames(folder / "first.xyz", copper_frames(8, 0.05, 0))
    write_frames(folder / "held_out.xyz", copper_frames(6, 0.15, 100))
    functions = [
        {"type": "radial", "eta": [4.0], "r_shift": [2.0, 2.5, 3.0, 3.5]},
        {"type": "angular_wide", "eta": [0.1], "zeta": [1]},
    ]
    values: dict[str, Any] = {
        "elements": ["Cu"],
        "start": {"frames": [str(folder / "first.xyz")]},
        "test": [str(folder / "held_out.xyz")],
        "reference": {"ase": {"calculator": "learning_setup.PickyEMT"}},
        "training": {
            "descriptor": {"cutoff": 4.0, "symmetry_functions": functions},
            "network": {"hidden": [4], "members": 2},
            "optimizer": {"initial_rate": 2e-2},
            "training": {"epochs": 6, "batch_size": 4, "threads": 1, "checkpoint_seconds": 0},
        },
        "retraining": {"epochs": 4},
        "exploration": {
            "interval": 0.005,
            "stages": [
                {"name": "cold", "runs": [run([20.0], 0.02)]},
                {"name": "hot", "runs": [run([300.0, 900.0], 0.1), run([900.0], 0.05, density=8.5)]},
            ],
        },
        "trust": {
            "force_spread": {"low": 0.3, "high": 50.0},
            "grade": {"low": 1.0, "high": 9.0},
            "share": 0.9,
        },
        "selection": {"most_frames": 6, "smallest_distance": 0.0},
        "max_rounds": 2,
    }
    return values | changes


def run(temperature: list[float], duration: float, **others: Any) -> dict[str, Any]:
    """Conditions of a run."""
    return {
        "structure": copy.deepcopy(COPPER),
        "repeat": [2, 2, 2],
        "temperature": temperature,
        "duration": duration,
    } | others


def copper_config(folder: Path, **changes: Any) -> LearningConfig:
    """The same, checked."""
    return LearningConfig.model_validate(copper_values(folder, **changes))


def run_in_turn(
    function: Callable[[Any], Any],
    tasks: Sequence[Any],
    workers: int,
    scheduler: str | None = None,
    time_limit: float | None = None,
) -> Iterator[tuple[int, Any]]:
    """`nnpot.support.farm.run_tasks` without processes, which take seconds to start."""
    for number, task in enumerate(tasks):
        try:
            outcome = function(task)
        except Exception as error:
            outcome = error
        yield number, outcome


def run_quickly() -> None:
    """Let loops of this process do without processes, compiled graphs and reports of trainings."""
    import nnpot.learning.exploration
    import nnpot.learning.reference
    import nnpot.training.session.run
    from nnpot.training.tensorflow_setup import tf

    tf.config.run_functions_eagerly(True)  # compiling would take longer than all epochs
    for module in (nnpot.learning.reference, nnpot.learning.exploration):
        module.run_tasks = run_in_turn
    nnpot.training.session.run.write_report = lambda run_dir, *_: run_dir


def positions(frames: Sequence[Atoms]) -> np.ndarray:
    """Of all frames, in their order."""
    return np.array([frame.positions for frame in frames])
