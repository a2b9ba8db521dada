"""The trained networks as a model directory, and the proof that it says the same as TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from nnpot import _core
from nnpot.errors import NnpotError
from nnpot.structures import structure_of
from nnpot.training.batches import batches
from nnpot.training.charges import LongRange
from nnpot.training.dataset import build_dataset
from nnpot.training.descriptors import Descriptor
from nnpot.training.model import predict, to_device, to_tensors
from nnpot.training.networks import AtomicNetworks

TOLERANCE = 1e-10
"""Largest relative difference between TensorFlow and the C++ core, of energies and forces in float64."""

SMALLEST_FORCE = 0.1
"""eV/Å. In a perfect crystal large contributions cancel, and the digits that are left are no force."""

OFFSET_ROUNDING = 1e-5
"""Energies with large offsets lose digits: 1e-15 of the total energy is no difference."""


def export(
    networks: AtomicNetworks,
    descriptor: Descriptor,
    atom_energies: dict[str, float],
    scale: float,
    info: dict[str, str],
    directory: Path,
    member: int = 0,
    charges: LongRange | None = None,
) -> None:
    """Write the model directory.

    Parameters
    ----------
    networks
        They give energies in units of ``scale`` (eV), which goes into their last layers.
    descriptor
        Functions, scaling, and transforms of the inputs, which go into the first layers.
    atom_energies
        eV per atom of each element.
    info
        Provenance, for ``model.info``.
    directory
        Where to write; it exists.
    member
        Which of the networks of a committee.
    charges
        How their Coulomb energy is computed, where ``networks`` have charges.
    """
    model = _core.Model(
        elements=descriptor.elements,
        cutoff_type=descriptor.cutoff_type,
        cutoff_alpha=descriptor.cutoff_alpha,
        functions=descriptor.lines(),
        scaling_mode="sigma",
        scaling=descriptor.statistics,
        scale_min=0.0,
        scale_max=1.0,
        networks=networks.layers(
            scale, {e: inputs.transform for e, inputs in descriptor.inputs.items()}, member
        ),
        atom_energies=atom_energies,
        info=info,
    )
    if charges is not None and networks.charges is not None:
        values = dict(zip(charges.elements, networks.charges.in_e()[member].tolist(), strict=True))
        model.long_range = _core.LongRange(
            form=charges.form, alpha=charges.alpha, real_cutoff=charges.real_cutoff, charges=values
        )
    model.write(str(directory))


def verify(
    directory: Path, descriptor: Descriptor, frames: Sequence[Atoms], charges: LongRange | None = None
) -> float:
    """Compare TensorFlow with the C++ core on an exported model.

    The networks are rebuilt in float64 from the files; ``frames`` are evaluated by both.

    Returns
    -------
    float
        The largest relative difference: of energies relative to the sum of what the networks give each atom
        (without the offsets of the elements), of forces and virials relative to the frame's largest.

    Raises
    ------
    NnpotError
        If it is larger than `TOLERANCE`.
    """
    model = _core.Model.read(str(directory), None)
    predictor = _core.Predictor([model])
    networks = AtomicNetworks.from_model(model)
    plain = descriptor.with_plain_inputs()
    worst = 0.0
    for frame in frames:
        data = build_dataset(plain, [frame], model.atom_energies, "float64", charges=charges)
        batch = to_tensors(next(batches(data, np.arange(1), 1, "float64")))
        predicted = predict(networks, to_device(data, "float64"), batch, with_stress=True)
        assert predicted.forces is not None, "derivatives are stored"
        offsets = [model.atom_energies[symbol] for symbol in frame.symbols]
        found = predictor.predict(structure_of(frame))
        energy, core_forces, virial = found.energy, found.forces, found.virial
        of_networks = np.abs(found.atomic_energies - offsets).sum()
        energy_size = of_networks + OFFSET_ROUNDING * abs(energy)
        energy_error = abs(float(predicted.energies[0, 0]) + sum(offsets) - energy) / energy_size
        force_error = np.abs(predicted.forces.numpy()[: len(frame), 0] - core_forces).max()
        virial_error = np.abs(_matrix(np.asarray(predicted.strain_derivatives)[0, 0]) + virial).max()
        worst = max(
            worst,
            energy_error,
            force_error / max(np.abs(core_forces).max(), SMALLEST_FORCE),
            virial_error / max(np.abs(virial).max(), SMALLEST_FORCE * len(frame)),
        )
    return require_agreement(worst)


def require_agreement(difference: float) -> float:
    """The relative difference of TensorFlow and the C++ core, where it is within `TOLERANCE`.

    Raises
    ------
    NnpotError
        If it is not.
    """
    if not difference <= TOLERANCE:
        raise NnpotError(
            f"export: TensorFlow and the C++ core differ by {difference:.1e} (relative), expected at most "
            f"{TOLERANCE:.0e}; no model was written, please report this as a bug"
        )
    return difference


def _matrix(voigt: NDArray[np.float64]) -> NDArray[np.float64]:
    """The symmetric matrix of xx yy zz yz xz xy."""
    return voigt[[[0, 5, 4], [5, 1, 3], [4, 3, 2]]]
