"""Checks of frames and of the reference values they carry."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.data import chemical_symbols
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError
from nnpot.io.label_values import SHAPES, checked

if TYPE_CHECKING:
    from nnpot.prediction import Prediction


LIKELY: dict[str, tuple[str, tuple[str, ...]]] = {
    "energy": ("energy", ("e", "etot", "e_tot", "e0")),
    "forces": ("force", ("f", "gradient", "gradients")),
    "stress": ("stress", ()),
}
"""What a name has in it, or is, that may mean a label, in small letters."""
OTHER_MEANINGS = ("energies", "stresses")
"""Names that have a meaning of their own."""
THINNEST = 0.5
"""Å: a thinner cell has more images of each atom within any cutoff than a machine can count."""
FLAT = 1e-24
"""Squared volume of unit vectors that are taken for one plane, within rounding."""
FARTHEST = 1e8
"""Å: beyond, differences of positions are no better than 1e-8 Å."""
N_NAMES = 3
"""Names that a question asks about."""


def results_of(frame: Atoms) -> dict[str, Any]:
    """The stored reference values of a frame (``energy``, ``forces``, ``stress``, ...); empty without any."""
    return dict(frame.calc.results) if frame.calc is not None else {}


def group_of(frame: Atoms) -> str:
    """The name of a frame's group; empty without one."""
    return group_name(frame.info.get("group", ""))


def is_test_frame(frame: Atoms) -> bool:
    """Whether its file keeps a frame from training: ``begin set=test`` in an input.data of n2p2."""
    mark = frame.info.get("set")
    return isinstance(mark, str) and mark.strip().lower() == "test"


def group_name(value: Any) -> str:
    """A group as the text that names it in a file: ``300 600`` of two numbers, ``T`` of True."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "T" if value else "F"
    if isinstance(value, np.ndarray | list | tuple) and np.ndim(value) > 0:
        return " ".join(map(group_name, value))
    return str(value)


def likely_key(frames: Sequence[Atoms], label: str) -> str:
    """A question whether names that frames have mean a label that none of them has; empty without such names.

    Parameters
    ----------
    label
        ``energy``, ``forces`` or ``stress``.
    """
    part, short = LIKELY[label]
    names = {
        name
        for frame in frames
        for name in (*results_of(frame), *frame.info, *frame.arrays)
        if (part in name.lower() or name.lower() in short) and "per_atom" not in name.lower()
    }
    if label == "stress":
        names |= {name for frame in frames for name in frame.info if "virial" in name.lower()}
    found = sorted(names - set(OTHER_MEANINGS))
    return f"; is it {' or '.join(found[:N_NAMES])} (data.labels.{label})?" if found else ""


def require_labels(
    frames: Sequence[Atoms], forces: bool = True, where: str | os.PathLike[str] = "frames"
) -> None:
    """Refuse frames that lack a usable energy or forces.

    Parameters
    ----------
    frames
        Frames as `read_frames` gives them.
    forces
        Whether forces are needed as well as the energy.
    where
        What the error names, usually the file.

    Raises
    ------
    InvalidInputError
        Naming the first frame (counted from 0, as ASE does) without a finite energy or without finite forces.
    """
    if not frames:
        raise InvalidInputError(f"{where}: expected at least one frame, got none")
    for number, frame in enumerate(frames):
        results = results_of(frame)
        for label in ("energy", "forces") if forces else ("energy",):
            if results.get(label) is None:
                found = ", ".join(sorted({*results, *frame.info, *frame.arrays} - {"numbers", "positions"}))
                some_have = any(label in results_of(other) for other in frames)
                hint = "" if some_have else likely_key(frames, label)
                raise InvalidInputError(
                    f"{where}: frame {number} (counted from 0) has no {label}, it has {found or 'nothing'}; "
                    f"add it under the name '{label}', say its name (data.labels of a training), or remove "
                    f"the frame{hint}"
                )
        require_whole_labels(frame, f"{where}: frame {number} (counted from 0)")


def require_any_labels(frames: Sequence[Atoms], where: str | os.PathLike[str] = "frames") -> None:
    """Refuse a set of frames without any energy, forces or stress, or with one that is not finite.

    Parameters
    ----------
    frames
        Frames as `read_frames` gives them.
    where
        What the error names, usually the file.

    Raises
    ------
    InvalidInputError
        Where no frame has a label, or naming the first frame (counted from 0) with one that is not finite.
    """
    if not any(label in results_of(frame) for frame in frames for label in ("energy", "forces", "stress")):
        hints = "".join(likely_key(frames, label) for label in LIKELY)
        raise InvalidInputError(
            f"{where}: none of the {len(frames)} frames has an energy, forces or a stress to compare with; "
            f"add them under the names 'energy', 'forces' and 'stress'{hints}"
        )
    for number, frame in enumerate(frames):
        require_whole_labels(frame, f"{where}: frame {number} (counted from 0)")


def require_whole_labels(frame: Atoms, where: str) -> None:
    """Refuse a reference value that is no number or numbers, not in ASE's shape, or not finite.

    Raises
    ------
    InvalidInputError
        Naming the value.
    """
    known = {name: value for name, value in results_of(frame).items() if name in SHAPES and value is not None}
    for name, value in known.items():
        array = checked(name, value, len(frame), f"{where}: {name}")
        if name == "stress" and np.shape(array) != (6,):
            raise InvalidInputError(
                f"{where}: stress must be six components (xx yy zz yz xz xy), got shape {np.shape(array)}"
            )
    require_finite(frame, where)


def require_elements(frame: Atoms, where: str = "frame") -> None:
    """Refuse a frame with an atomic number that is not whole, or of no element: 0 is where none was said.

    Raises
    ------
    InvalidInputError
        Naming the atom (counted from 0).
    """
    numbers = np.asarray(frame.numbers)
    if numbers.dtype.kind not in "iu":
        raise InvalidInputError(f"{where}: expected whole atomic numbers, got {numbers.dtype}")
    bad = np.flatnonzero((numbers < 1) | (numbers >= len(chemical_symbols)))
    if len(bad):
        raise InvalidInputError(
            f"{where}: there are no species, or one that is no element: the atomic number of atom {bad[0]} "
            f"is {numbers[bad[0]]}; add the elements"
        )


def require_possible_cell(frame: Atoms, where: str) -> None:
    """Refuse a cell that does not span its directions, and lengths that can be in no unit of ours.

    Raises
    ------
    InvalidInputError
        Saying what is wrong with the cell, or that an atom is too far away.
    """
    cell = frame.cell.array
    for name, values in (("cell", cell), ("position", frame.positions)):
        largest = np.abs(values).max(initial=0.0)
        if largest > FARTHEST:
            raise InvalidInputError(
                f"{where}: {name} must be within {FARTHEST:g} Å, got {largest:g}; correct or remove the frame"
            )
    vectors = cell[frame.pbc | cell.any(axis=1)]
    if len(vectors) and _smallest_height(vectors) < THINNEST:
        raise InvalidInputError(
            f"{where}: the cell must span at least {THINNEST:g} Å in each of its directions and have a "
            f"vector for each periodic one, got {cell.tolist()} and pbc {frame.pbc.tolist()}; correct them "
            f"or the unit"
        )


def _smallest_height(vectors: NDArray[np.float64]) -> float:
    """How far each of up to three vectors stands out of the plane, or line, of the others; the least of it.

    h_k = |v_k| / √(G⁻¹)_kk with the scalar products G of the unit vectors.
    """
    lengths = np.linalg.norm(vectors, axis=1)
    if lengths.min() == 0.0:
        return 0.0
    units = vectors / lengths[:, None]
    products = units @ units.T
    if np.linalg.det(products) < FLAT:
        return 0.0
    return float((lengths / np.sqrt(np.diag(np.linalg.inv(products)))).min())


def require_finite(frame: Atoms, where: str) -> None:
    """Refuse a frame in which a position, the cell or a reference value is NaN or infinite.

    Raises
    ------
    InvalidInputError
        Naming the value and, where there is one, the atom (counted from 0).
    """
    values = {"position": frame.positions, "cell": frame.cell.array, **results_of(frame)}
    if frame.has("masses"):
        values["masses"] = frame.arrays["masses"]
    for name, value in values.items():
        numbers = np.asarray(value)
        if numbers.dtype.kind != "f" or np.isfinite(numbers).all():
            continue
        bad = np.argwhere(~np.isfinite(numbers))[0]
        per_atom = numbers.ndim > 0 and name not in ("cell", "stress", "dipole")
        atom = f" of atom {bad[0]}" if per_atom else ""
        raise InvalidInputError(
            f"{where}: {name}{atom} must be a finite number, got {numbers[tuple(bad)]}; "
            f"correct or remove the frame"
        )


def with_prediction(frame: Atoms, prediction: Prediction) -> Atoms:
    """A copy of a frame that carries a prediction in place of reference values; uncertainty as arrays."""
    labelled: Atoms = frame.copy()
    if prediction.uncertainty is not None:
        for name, value in vars(prediction.uncertainty).items():
            if value is not None:
                (labelled.info if np.ndim(value) == 0 else labelled.arrays)[name] = value
    labelled.calc = SinglePointCalculator(
        labelled,
        energy=prediction.energy,
        energies=prediction.atomic_energies,
        forces=prediction.forces,
        stress=prediction.stress,
    )
    return labelled
