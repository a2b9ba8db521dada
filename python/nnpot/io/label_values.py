"""One check for every reference value that a file has, whatever its name and kind of file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnpot.errors import InvalidInputError
from nnpot.io.extxyz_comment import value_of
from nnpot.support.messages import shortened

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
    """The symmetric part of a 3 × 3 stress.

    Raises `InvalidInputError` if that is not all of it, but for rounding.
    """
    tensor = np.asarray(values, float).reshape(3, 3)
    if np.abs(tensor - tensor.T).max() > ASYMMETRY * np.abs(tensor).max():
        raise InvalidInputError(f"{where} must be a symmetric tensor, got {tensor.tolist()}")
    return 0.5 * (tensor + tensor.T)


def _array(value: Any) -> Any:
    """Of floats; None if the value is no number or numbers."""
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
    """What came, in words."""
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
