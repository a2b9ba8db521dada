"""Checks of frames and of the reference values that they carry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.data import chemical_symbols

from nnpot.errors import InvalidInputError
from nnpot.io.extxyz_comment import value_of
from nnpot.support.arrays import Array
from nnpot.support.files import FileName
from nnpot.support.messages import shortened

if TYPE_CHECKING:
    from nnpot.prediction import Prediction

Shapes = tuple[tuple[int, ...], ...]
SHAPES: dict[str, Callable[[int], Shapes]] = {
    "energy": lambda n: ((),),
    "charge": lambda n: ((),),
    "free_energy": lambda n: ((),),
    "energies": lambda n: ((n,),),
    "forces": lambda n: ((n, 3),),
    "stress": lambda n: ((6,), (3, 3), (9,)),
    "stresses": lambda n: ((n, 6), (n, 3, 3), (n, 9)),
    "charges": lambda n: ((n,),),
    "magmoms": lambda n: ((n,), (n, 3)),
    "magmom": lambda n: ((), (3,)),
    "dipole": lambda n: ((3,),),
}
"""What each result has to look like in a frame of n atoms; others may have any shape."""
ASYMMETRY = 1e-2  # of a 3 × 3 stress, relative to its largest component; beyond, it is no stress of ours


def checked(name: str, value: Any, n_atoms: int, where: str) -> Any:
    """A reference value as float or array of floats.

    ``name``: which of ASE's results it is to be. ``value``: as it stands in the file; a text is taken for
    what it says. ``n_atoms``: of the frame. ``where``: file, frame and the name in the file, for errors.
    Raises `InvalidInputError` if it is no number or numbers, or not in a shape that such a result has.
    """
    array = _array(value)
    shapes = SHAPES[name](n_atoms) if name in SHAPES else None
    if array is None or (shapes is not None and array.shape not in shapes):
        raise InvalidInputError(f"{where} must be {_expected(shapes)}, got {_got(value)}")
    return array if array.ndim else float(array)


def symmetric(values: Any, where: str) -> Any:
    """The symmetric part of a 3 × 3 stress; `InvalidInputError` if that is not nearly all of it."""
    tensor = np.asarray(values, float).reshape(3, 3)
    if np.abs(tensor - tensor.T).max() > ASYMMETRY * np.abs(tensor).max():
        raise InvalidInputError(f"{where} must be a symmetric tensor, got {tensor.tolist()}")
    return 0.5 * (tensor + tensor.T)


def _array(value: Any) -> Any:
    """An array of floats; None if the value is no number or numbers."""
    try:
        array = np.asarray(value_of(value) if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return array.astype(float) if array.dtype.kind in "iuf" else None


def _expected(shapes: Shapes | None) -> str:
    if shapes == ((),):
        return "a single number"
    return "numbers" + (f" of shape {' or '.join(map(str, shapes))}" if shapes else "")


def _got(value: Any) -> str:
    if isinstance(value, str):
        return shortened(value)
    if isinstance(value, bool | np.bool_):
        return "'T'" if value else "'F'"
    array = np.asarray(value) if _array(value) is not None else None
    if array is None:
        return shortened(" ".join(str(value).split()))
    if array.size <= 9 and array.ndim == 1:
        return f"{array.size} numbers ({' '.join(map(str, array.tolist()))})"
    return f"numbers of shape {array.shape}"


LIKELY: dict[str, tuple[str, tuple[str, ...]]] = {
    "energy": ("energy", ("e", "etot", "e_tot", "e0")),
    "forces": ("force", ("f", "gradient", "gradients")),
    "stress": ("stress", ()),
}
"""What a name has in it, or is, that may mean a label, in small letters."""
OTHER_MEANINGS = ("energies", "stresses")  # names that have a meaning of their own
THINNEST = 0.5  # Å: a thinner cell has more images of each atom within any cutoff than a machine can count
FLAT = 1e-24  # squared volume of unit vectors that are taken for one plane, within rounding
FARTHEST = 1e8  # Å: beyond, differences of positions are no better than 1e-8 Å
N_NAMES = 3  # names that a question asks about


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
    """A question whether names that frames have mean a label (energy, forces, stress) that none has; or
    nothing.
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


def require_labels(frames: Sequence[Atoms], forces: bool = True, where: FileName = "frames") -> None:
    """Refuse frames that lack a usable energy or forces.

    ``frames``: frames as `read_frames` gives them. ``forces``: whether forces are needed as well as the
    energy. ``where``: what the error names, usually the file. Raises `InvalidInputError`, naming the first
    frame (counted from 0, as ASE does) without a finite energy or without finite forces.
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


def require_any_labels(frames: Sequence[Atoms], where: FileName = "frames") -> None:
    """Refuse a set of frames without any energy, forces or stress, or with one that is not finite.

    ``frames``: frames as `read_frames` gives them. ``where``: what the error names, usually the file. Raises
    `InvalidInputError` where no frame has a label, or naming the first frame (counted from 0) with one that
    is not finite.
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
    """Refuse, by its name, a reference value that is no number, not in ASE's shape, or not finite."""
    known = {name: value for name, value in results_of(frame).items() if name in SHAPES and value is not None}
    for name, value in known.items():
        array = checked(name, value, len(frame), f"{where}: {name}")
        if name == "stress" and np.shape(array) != (6,):
            raise InvalidInputError(
                f"{where}: stress must be six components (xx yy zz yz xz xy), got shape {np.shape(array)}"
            )
    require_finite(frame, where)


def require_elements(frame: Atoms, where: str = "frame") -> None:
    """Refuse a frame with an atom of no element, which is named: 0 stands where none was said."""
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
    """Refuse a cell that does not span its directions, and lengths that can be in no unit of ours."""
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


def _smallest_height(vectors: Array) -> float:
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
    """Refuse a frame in which a position, the cell or a reference value is NaN or infinite, and say which."""
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
