"""Symmetry functions without expertise: an automatic set, selection from a pool, what they do on data."""

from nnpot.descriptors.choice import choose_functions
from nnpot.descriptors.lines import automatic_lines, candidate_lines, symmetry_function_lines
from nnpot.descriptors.sampling import nearest_distances, sample_values
from nnpot.descriptors.selection import select
from nnpot.descriptors.settings import AutomaticSet, DescriptorConfig, Selection, SymmetryFunctionGrid

__all__ = [
    "AutomaticSet",
    "DescriptorConfig",
    "Selection",
    "SymmetryFunctionGrid",
    "automatic_lines",
    "candidate_lines",
    "choose_functions",
    "nearest_distances",
    "sample_values",
    "select",
    "symmetry_function_lines",
]
