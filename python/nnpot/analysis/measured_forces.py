"""What a direct force model loses, measured and kept in its own file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot.analysis.constant_energy import energy_drift
from nnpot.analysis.force_checks import loop_work, rotation_error
from nnpot.errors import InvalidInputError
from nnpot.models.calculator import NnpotCalculator
from nnpot.models.direct_forces.calculator import DirectForceCalculator
from nnpot.models.direct_forces.files import keep_measured, read_direct_forces
from nnpot.models.direct_forces.text import Measured
from nnpot.models.potential import Potential

Array = NDArray[np.float64]


def measure_direct_forces(
    model_dir: str | os.PathLike[str],
    frames: Sequence[Atoms],
    reference: Potential | str | os.PathLike[str],
    temperature: float = 300.0,
    duration: float = 1.0,
    timestep: float = 1.0,
    seed: int = 1,
    units: str | None = None,
) -> Measured:
    """Measure drift, work around closed loops and error under rotation, and keep them in ``forces.nn``.

    Parameters
    ----------
    model_dir
        Directory of a direct force model; its file is written anew.
    frames
        Where the measurements begin, each of at least two atoms; a run and a loop from every frame.
    reference
        A potential, or its directory: the energy that drifts is the kinetic energy plus this one's. It is to
        describe the same atoms well, such as a gradient network trained on the same frames.
    temperature
        K, where the runs begin.
    duration, timestep
        Of each run, in ps, and of its steps, in fs.
    seed
        For velocities, loops and rotations.
    units
        Of the reference's files, where they do not state them.

    Returns
    -------
    Measured
        Also what ``nnpot.load_direct_forces`` tells from now on.

    Raises
    ------
    InvalidInputError
        If there are no frames, the two models do not have the same elements as the frames, or
        a run has no energy that is a number.
    """
    if not frames:
        raise InvalidInputError("expected at least one frame to begin from, got none")
    directory = Path(model_dir)
    model = read_direct_forces(directory)
    watched = NnpotCalculator(reference, units)
    runs = energy_drift(
        DirectForceCalculator(model),
        watched,
        frames,
        temperature,
        duration,
        timestep,
        seed,
    )

    def forces(atoms: Atoms) -> Array:
        return model.predict(atoms).forces

    found = Measured(
        drift=float(np.mean([abs(run.drift_rate) for run in runs])),
        temperature=temperature,
        duration=min(float(run.time[-1] - run.time[0]) for run in runs),
        loop_work=loop_work(forces, frames, seed=seed).rms,
        rotation_error=rotation_error(forces, frames, seed=seed).rmse,
        reference=f"kinetic energy plus that of {watched.parameters.get('model', 'the reference')}",
    )
    keep_measured(directory, found)
    return found
