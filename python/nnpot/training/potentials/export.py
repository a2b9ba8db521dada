"""The trained networks as a model directory, and the proof that it says the same as TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from ase import Atoms

from nnpot.prediction import Prediction
from nnpot.training.data.dataset import NO_CHARGES, Derivatives, LongRange, build_dataset
from nnpot.training.inputs.source import InputSource
from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.networks.predict import Predicted, batches, predict, to_device, to_tensors

SMALLEST_FORCE = 0.1
"""eV/Å. In a perfect crystal large contributions cancel, and the digits that are left are no force."""

OFFSET_ROUNDING = 1e-5
"""Energies with large offsets lose digits: 1e-15 of the total energy is no difference."""


def export(
    networks: AtomicNetworks,
    source: InputSource,
    atom_energies: Mapping[str, float],
    scale: float,
    info: Mapping[str, str],
    directory: Path,
    member: int = 0,
    charges: LongRange = NO_CHARGES,
) -> None:
    """Write the directory of one member's model, with its provenance, into a directory that exists.

    The networks give energies in units of ``scale`` (eV), which goes into their last layers; the transforms
    of the inputs go into the first ones.
    """
    layers = networks.layers(scale, {e: inputs.transform for e, inputs in source.inputs.items()}, member)
    own = charges.with_values(networks.charges.in_e()[member])
    source.write(directory, layers, atom_energies, own, info)


def verify(
    directory: Path, source: InputSource, frames: Sequence[Atoms], charges: LongRange = NO_CHARGES
) -> float:
    """Compare TensorFlow with the C++ core on an exported model.

    The networks are rebuilt in float64 from the files; ``frames`` are evaluated by both.

    Returns
    -------
    float
        The largest relative difference: of energies relative to the sum of what the networks give each atom
        (without the offsets of the elements), of forces and virials relative to the frame's largest.
    """
    model, plain = source.read_back(directory), source.with_plain_inputs()
    networks = AtomicNetworks.from_layers(model.layers, model.charges)
    how: Derivatives = "stored" if source.has_derivatives else "none"
    worst = 0.0
    for frame in frames:
        data = build_dataset(plain, [frame], model.atom_energies, "float64", derivatives=how, charges=charges)
        batch = to_tensors(next(batches(data, np.arange(1), 1, "float64")))
        predicted = predict(networks, to_device(data, "float64"), batch, with_stress=True)
        said = model.predict(frame)
        offsets = np.array([model.atom_energies[symbol] for symbol in frame.symbols])
        size = np.abs(said.atomic_energies - offsets).sum() + OFFSET_ROUNDING * abs(said.energy)
        difference = abs(float(predicted.energies[0, 0]) + offsets.sum() - said.energy)
        worst = max(worst, difference / max(size, np.finfo(float).tiny))
        if source.has_derivatives:
            worst = max(worst, _force_difference(predicted, said))
    return float(worst)


def _force_difference(predicted: Predicted, said: Prediction) -> float:
    """The larger of the relative differences of the forces and of the virial of one frame."""
    forces, virial = said.forces, said.virial
    assert predicted.forces is not None and forces is not None and virial is not None, "derivatives are there"
    strain = np.asarray(predicted.strain_derivatives)[0, 0]
    matrix = strain[[[0, 5, 4], [5, 1, 3], [4, 3, 2]]]
    of_forces = np.abs(predicted.forces.numpy()[: len(forces), 0] - forces).max()
    of_virial = np.abs(matrix + virial).max()
    return max(
        float(of_forces / max(np.abs(forces).max(), SMALLEST_FORCE)),
        float(of_virial / max(np.abs(virial).max(), SMALLEST_FORCE * len(forces))),
    )
