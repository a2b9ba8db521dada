"""A model with random weights: nothing physical, but energies and forces of a realistic size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from numpy.typing import NDArray

from nnpot import _core
from nnpot.structures import structure_of

Layer = tuple[NDArray[np.float64], NDArray[np.float64], str]


def random_model(
    structures: Sequence[Atoms],
    functions: Sequence[str],
    cutoff_type: int,
    activation: str,
    scaling_mode: str,
    seed: int,
    hidden: tuple[int, int] = (8, 8),
) -> _core.Model:
    """A model whose scaling is that of ``structures``."""
    elements = sorted({line.split()[0] for line in functions}, key=lambda symbol: atomic_numbers[symbol])
    descriptor = _core.SymmetryFunctions(elements, functions, cutoff_type)
    random = np.random.default_rng(seed)
    scaling, networks = {}, {}
    for element in elements:
        values = _values_of(descriptor, structures, element)
        columns = [values.min(0), values.max(0), values.mean(0), values.std(0, ddof=1)]
        scaling[element] = np.ascontiguousarray(np.column_stack(columns))
        networks[element] = _network((values.shape[1], *hidden, 1), activation, random)
    offsets = {element: -1.5 - 0.1 * atomic_numbers[element] for element in elements}
    info = {"trained_on": "nothing, the weights are random"}
    return _core.Model(
        elements=elements,
        cutoff_type=cutoff_type,
        cutoff_alpha=0.0,
        functions=list(functions),
        scaling_mode=scaling_mode,
        scaling=scaling,
        scale_min=0.0,
        scale_max=1.0,
        networks=networks,
        atom_energies=offsets,
        info=info,
    )


def _values_of(
    descriptor: _core.SymmetryFunctions, structures: Sequence[Atoms], element: str
) -> NDArray[np.float64]:
    n_functions = len(descriptor.functions(element))
    rows = []
    for atoms in structures:
        values = descriptor.values(structure_of(atoms))
        rows.append(values[atoms.numbers == atomic_numbers[element], :n_functions])
    return np.concatenate(rows)


def _network(widths: tuple[int, ...], activation: str, random: np.random.Generator) -> list[Layer]:
    layers: list[Layer] = []
    for n_in, n_out in zip(widths[:-1], widths[1:], strict=True):
        last = n_out == 1
        weights = random.normal(size=(n_in, n_out)) * (1.0 if last else 2.0 / np.sqrt(n_in))
        layers.append((weights, random.normal(size=n_out) * 0.1, "l" if last else activation))
    return layers
