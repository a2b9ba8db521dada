"""Where a file has its reference values when not under ASE's names, and what its stress means."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator

from nnpot.cells import cell_volume
from nnpot.errors import InvalidInputError
from nnpot.io.labels import checked, likely_key, results_of, symmetric
from nnpot.io.source import RawFrame
from nnpot.support.arrays import Array
from nnpot.support.messages import shortened
from nnpot.units import UnitSystem

ASE_ORDER = "xx yy zz yz xz xy"
STRESS_UNITS = {"eV/A^3": 1.0, "GPa": units.GPa, "kbar": 0.1 * units.GPa, "eV": 1.0}
"""In eV/Å³; "eV" stands for a virial, which is divided by the volume."""
VIRIALS = ("virial", "virials")
"""Keys of extended XYZ files that hold a virial in eV, −volume times ASE's stress."""
CONTRADICTION = 1e-2  # between the stress and the virial of a frame, relative to its largest component
POWERS = {"energy": (1, 0), "free_energy": (1, 0), "energies": (1, 0), "forces": (1, -1), "stress": (1, -3)}
"""The powers of energy and of length in the unit of a result."""


@dataclass(frozen=True)
class StressKey:
    """A stress under a name, in a unit, order and sign of its own."""

    key: str
    unit: str = "eV/A^3"  # one of `STRESS_UNITS`
    order: str = ASE_ORDER  # of six components; nine are the rows of the tensor
    compression_is_positive: bool = False  # as in a pressure or a virial; the other sign is ASE's


@dataclass(frozen=True)
class LabelKeys:
    """Names of the reference values in a file; None for ASE's names."""

    energy: str | None = None
    forces: str | None = None
    stress: StressKey | None = None


def take_labels(
    frames: Sequence[RawFrame], keys: LabelKeys, units: UnitSystem | None, where: str
) -> list[Atoms]:
    """Give the frames of a reader, in eV and Å, their reference values, all of them checked.

    ``keys`` says where energy, forces and stress stand, ASE's names being those of the others; a ``virial``
    or ``virials`` of nine numbers is taken for the stress where no other is given. ``units`` are those of all
    numbers but a stress under a key, which has its own; None for eV and Å. ``where`` is the file. Raises
    `InvalidInputError` that names file, frame and label if what stands there is no such label.
    """
    labelled, contradictions = [], 0
    for number, raw in enumerate(frames):
        place = f"{where}: frame {number} (counted from 0)"
        results = _results(raw, keys, place)
        frame = raw.atoms
        if units is not None:
            _convert(frame, results, units)
        if keys.stress is not None:
            stress = _stress(raw, keys.stress, 1.0, place)
            results |= {} if stress is None else {"stress": stress}
        else:
            contradictions += _take_virial(raw, results, units, place)
        if results:
            frame.calc = SinglePointCalculator(frame, **results)
        labelled.append(frame)
    _warn(labelled, keys, contradictions, where)
    return labelled


def _results(raw: RawFrame, keys: LabelKeys, place: str) -> dict[str, Any]:
    """All results but a stress under a key, checked, in the units of the file."""
    named = {name: key for name, key in (("energy", keys.energy), ("forces", keys.forces)) if key}
    found = {name: value for name, value in raw.results.items() if name not in named and value is not None}
    found |= {name: raw.value(key) for name, key in named.items() if raw.value(key) is not None}
    if keys.stress is not None:
        found.pop("stress", None)
    n = len(raw.atoms)
    results = {
        name: checked(name, value, n, f"{place}: {named.get(name, name)}") for name, value in found.items()
    }
    if results.get("stress", np.zeros(6)).size == 9:
        results["stress"] = _in_order_of_ase(symmetric(results["stress"], f"{place}: stress"))
    return results


def _convert(frame: Atoms, results: dict[str, Any], units: UnitSystem) -> None:
    frame.set_cell(frame.cell.array * units.length)
    frame.positions *= units.length
    for name, (energy, length) in POWERS.items():
        if name in results:
            results[name] = results[name] * units.energy**energy * units.length**length


def _take_virial(raw: RawFrame, results: dict[str, Any], units: UnitSystem | None, place: str) -> bool:
    """Add the stress of a virial where there is no other; True where another contradicts it."""
    _require_known_order(raw, "stress", place)
    name = next((name for name in VIRIALS if name in raw.atoms.info), None)
    if name is None or cell_volume(raw.atoms) is None:
        return False
    for given_name in VIRIALS:
        _require_known_order(raw, given_name, place)
    _require_one_virial(raw, place)
    key = StressKey(name, "eV", ASE_ORDER, True)
    stress = _stress(raw, key, 1.0 if units is None else units.energy, place)
    given = results.get("stress")
    if given is None:
        for given_name in VIRIALS:
            raw.atoms.info.pop(given_name, None)
        results["stress"] = stress
    elif stress is not None:
        return bool(np.abs(given - stress).max() > CONTRADICTION * np.abs(stress).max())
    return False


def _require_one_virial(raw: RawFrame, place: str) -> None:
    """Refuse two names with different values: which of them is meant, nobody says."""
    first, second = ([*np.ravel(raw.atoms.info.get(name, ()))] for name in VIRIALS)
    if first and second and first != second:
        raise InvalidInputError(
            f"{place}: {' and '.join(VIRIALS)} contradict each other, got {shortened(first)} and "
            f"{shortened(second)}; keep one of the two"
        )


def _require_known_order(raw: RawFrame, name: str, place: str) -> None:
    """Programs write six numbers in different orders, and ASE's reader refuses them, too."""
    if np.size(raw.atoms.info.get(name, 0)) == 6:
        raise InvalidInputError(
            f"{place}: {name} must be 9 numbers, the rows of a tensor, got 6, whose order is not known; "
            f"say it (data.labels: stress, stress_unit and stress_order of a training)"
        )


def _warn(frames: Sequence[Atoms], keys: LabelKeys, contradictions: int, where: str) -> None:
    stress = None if keys.stress is None else keys.stress.key
    for name, key in (("energy", keys.energy), ("forces", keys.forces), ("stress", stress)):
        if key is not None and not any(name in results_of(frame) for frame in frames):
            hint = likely_key(frames, name)
            warnings.warn(f"{where}: no frame has '{key}', so none has {name}{hint}", stacklevel=3)
    if contradictions:
        warnings.warn(
            f"{where}: stress and virial of {contradictions} frame(s) contradict each other (stress is to be "
            f"-virial/volume, in eV/Å³); the stress is used, check its sign and unit",
            stacklevel=3,
        )


def _stress(raw: RawFrame, key: StressKey, energy_unit: float, place: str) -> Array | None:
    """The stress in eV/Å³, ASE's order and sign; the cell is in Å."""
    value = raw.value(key.key)
    if value is None:
        return None
    where = f"{place}: {key.key}"
    values = checked("stress", value, len(raw.atoms), where)
    tensor = symmetric(values, where) if values.size == 9 else _tensor(values, key.order)
    factor = STRESS_UNITS[key.unit] * energy_unit * (-1.0 if key.compression_is_positive else 1.0)
    if key.unit == "eV":
        volume = cell_volume(raw.atoms)
        if volume is None:
            raise InvalidInputError(f"{where} is a virial, but the frame has no volume to divide it by")
        factor /= volume
    return _in_order_of_ase(factor * tensor)


def _tensor(values: Array, order: str) -> Array:
    tensor = np.zeros((3, 3))
    for (i, j), value in zip(_places(order), values, strict=True):
        tensor[i, j] = tensor[j, i] = value
    return tensor


def _places(order: str) -> list[tuple[int, int]]:
    return [("xyz".index(name[0]), "xyz".index(name[1])) for name in order.split()]


def _in_order_of_ase(tensor: Array) -> Array:
    return np.array([tensor[place] for place in _places(ASE_ORDER)])
