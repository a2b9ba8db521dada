"""Where a file has its reference values when not under ASE's names, and what its stress means."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator
from numpy.typing import NDArray

from nnpot.cells import cell_volume
from nnpot.errors import InvalidInputError
from nnpot.io.labels import results_of

ASE_ORDER = "xx yy zz yz xz xy"
STRESS_UNITS = {"eV/A^3": 1.0, "GPa": units.GPa, "kbar": 0.1 * units.GPa, "eV": 1.0}
"""In eV/Å³; "eV" stands for a virial, which is divided by the volume."""
VIRIALS = ("virial", "virials")
"""Keys of extended XYZ files that hold a virial in eV, −volume times ASE's stress."""
ASYMMETRY = 1e-2
"""Of a 3 × 3 stress, relative to its largest component; beyond, it is no stress of ours."""
CONTRADICTION = 1e-2
"""Between the stress and the virial of a frame, likewise."""


@dataclass(frozen=True)
class StressKey:
    """A stress under a name, in a unit, order and sign of its own."""

    key: str
    unit: str = "eV/A^3"
    """One of `STRESS_UNITS`."""
    order: str = ASE_ORDER
    """Of six components; nine are the rows of the tensor."""
    compression_is_positive: bool = False
    """As in a pressure or a virial; the other sign is ASE's."""


@dataclass(frozen=True)
class LabelKeys:
    """Names of the reference values in a file; None for ASE's names."""

    energy: str | None = None
    forces: str | None = None
    stress: StressKey | None = None


def take_energy_and_forces(frames: Sequence[Atoms], keys: LabelKeys, where: str) -> None:
    """Put the energy and the forces found under their keys among the results, in the units of the file.

    Raises
    ------
    InvalidInputError
        If what stands there is no number, or not one vector per atom.
    """
    wanted = {name: key for name, key in (("energy", keys.energy), ("forces", keys.forces)) if key}
    for name, key in wanted.items():
        for number, frame in enumerate(frames):
            place = f"{where}: frame {number} (counted from 0): {key}"
            shape = (len(frame), 3) if name == "forces" else ()
            value = _value(frame, key)
            _set(frame, name, None if value is None else _numbers(value, place, (shape,)))
        if not any(name in results_of(frame) for frame in frames):
            warnings.warn(f"{where}: no frame has '{key}', so none has {name}", stacklevel=2)


def take_stress(frames: Sequence[Atoms], key: StressKey | None, energy_unit: float, where: str) -> None:
    """Put the stress of each frame among its results, in eV/Å³ and ASE's sign.

    Parameters
    ----------
    frames
        In Å. Without ``key``, a stress that is there stays; otherwise a ``virial`` or ``virials`` is taken.
    key
        Where the stress stands.
    energy_unit
        In eV; of the virials that are found without a key.
    where
        The file, for errors.

    Raises
    ------
    InvalidInputError
        If what stands there is no stress.
    """
    contradictions = 0
    for number, frame in enumerate(frames):
        place = f"{where}: frame {number} (counted from 0)"
        if key is not None:
            _set(frame, "stress", _stress(frame, key, 1.0, place))
            continue
        name = next((name for name in VIRIALS if name in frame.info), None)
        if name is None or cell_volume(frame) is None:
            continue
        stress = _stress(frame, StressKey(name, "eV", ASE_ORDER, True), energy_unit, place)
        given = results_of(frame).get("stress")
        if given is None:
            del frame.info[name]
            _set(frame, "stress", stress)
        elif stress is not None:
            contradictions += bool(np.abs(given - stress).max() > CONTRADICTION * np.abs(stress).max())
    if key is not None and not any("stress" in results_of(frame) for frame in frames):
        warnings.warn(f"{where}: no frame has '{key.key}', so none has a stress", stacklevel=2)
    if contradictions:
        warnings.warn(
            f"{where}: stress and virial of {contradictions} frame(s) contradict each other (stress is to be "
            f"-virial/volume, in eV/Å³); the stress is used, check its sign and unit",
            stacklevel=2,
        )


def _value(frame: Atoms, key: str) -> Any:
    for place in (results_of(frame), frame.info, frame.arrays):
        if place.get(key) is not None:
            return place[key]
    return None


def _numbers(value: Any, place: str, shapes: Sequence[tuple[int, ...]]) -> Any:
    array = np.asarray(value)
    if array.dtype.kind not in "if" or array.shape not in shapes:
        expected = " or ".join(str(shape) if shape else "a single number" for shape in shapes)
        raise InvalidInputError(
            f"{place} must be numbers of shape {expected}, got {array.dtype} of shape {array.shape}"
        )
    return array.astype(float) if array.ndim else float(array)


def _stress(frame: Atoms, key: StressKey, energy_unit: float, place: str) -> NDArray[np.float64] | None:
    value = _value(frame, key.key)
    if value is None:
        return None
    where = f"{place}: {key.key}"
    values = _numbers(value, where, ((6,), (9,), (3, 3)))
    tensor = values.reshape(3, 3) if values.size == 9 else _tensor(values, key.order)
    if np.abs(tensor - tensor.T).max() > ASYMMETRY * np.abs(tensor).max():
        raise InvalidInputError(f"{where} must be a symmetric tensor, got {tensor.tolist()}")
    factor = STRESS_UNITS[key.unit] * energy_unit * (-1.0 if key.compression_is_positive else 1.0)
    if key.unit == "eV":
        volume = cell_volume(frame)
        if volume is None:
            raise InvalidInputError(f"{where} is a virial, but the frame has no volume to divide it by")
        factor /= volume
    tensor = 0.5 * factor * (tensor + tensor.T)
    return np.array([tensor[place] for place in _places(ASE_ORDER)])


def _tensor(values: NDArray[np.float64], order: str) -> NDArray[np.float64]:
    tensor = np.zeros((3, 3))
    for (i, j), value in zip(_places(order), values, strict=True):
        tensor[i, j] = tensor[j, i] = value
    return tensor


def _places(order: str) -> list[tuple[int, int]]:
    return [("xyz".index(name[0]), "xyz".index(name[1])) for name in order.split()]


def _set(frame: Atoms, name: str, value: Any) -> None:
    results = {key: known for key, known in results_of(frame).items() if key != name}
    if value is not None:
        results[name] = value
    frame.calc = SinglePointCalculator(frame, **results) if results else None
