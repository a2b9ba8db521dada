"""``descriptor``: the symmetry functions. The section is used without a training too (`nnpot.descriptors`)."""

from nnpot.descriptors.settings import CUTOFF_TYPES, DescriptorConfig, SymmetryFunctionGrid

__all__ = ["CUTOFF_TYPES", "DescriptorConfig", "SymmetryFunctionGrid"]
