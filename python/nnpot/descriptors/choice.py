"""The choice of symmetry functions among candidates, by what they do on the training frames."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ase import Atoms

from nnpot import _core
from nnpot.descriptors.sampling import sample_values
from nnpot.descriptors.selection import select, varying
from nnpot.descriptors.settings import Selection
from nnpot.errors import InvalidInputError
from nnpot.support.arrays import Mask

logger = logging.getLogger(__name__)
MOST_ATOMS = 4000  # of each element, whose values select functions from a pool; evenly spaced among all


def choose_functions(
    lines: Sequence[str],
    elements: Sequence[str],
    cutoff_type: int,
    frames: Sequence[Atoms],
    selection: Selection,
) -> list[str]:
    """Choose among candidate lines those that vary over the training frames, as ``selection`` asks.

    ``lines`` is text as after ``symfunction_short``, ``cutoff_type`` the number of the cutoff function in
    input.nn. What is dropped because it does not vary is named in a warning. Raises `InvalidInputError` if an
    element is left without a function.
    """
    candidates = _core.SymmetryFunctions(list(elements), list(lines), cutoff_type)
    most_atoms = None if selection.method == "none" else MOST_ATOMS
    kept: list[str] = []
    for element, values in sample_values(candidates, frames, most_atoms).items():
        names = candidates.functions(element)
        varies = varying(values)
        _report_constant(element, names, varies, len(values))
        chosen = select(values, selection)
        if not chosen.any():
            raise InvalidInputError(
                f"descriptor.selection: none of the {varies.sum()} symmetry functions of {element} is left; "
                f"lower the threshold {selection.threshold:g}"
            )
        if selection.method != "none":
            said = f"{chosen.sum()} of {varies.sum()} symmetry functions selected ({selection.method})"
            logger.info("%s: %s", element, said)
        kept += [name for name, keep in zip(names, chosen, strict=True) if keep]
    return kept


def _report_constant(element: str, names: Sequence[str], varies: Mask, n_atoms: int) -> None:
    if not varies.any():
        raise InvalidInputError(
            f"descriptor: none of the {len(names)} symmetry functions of {element} varies over the training "
            f"frames ({n_atoms} atoms of {element}); take a larger cutoff, other functions or more frames"
        )
    dropped = [name for name, varying in zip(names, varies, strict=True) if not varying]
    if dropped:
        listed = "; ".join(dropped)
        logger.warning(
            "%s: %d symmetry functions are dropped, they do not vary: %s", element, len(dropped), listed
        )
