"""``descriptor``: the symmetry functions, a section that `nnpot.descriptors` uses without a training too."""

from nnpot.descriptors.settings import CUTOFF_TYPES, DescriptorConfig, SymmetryFunctionGrid

__all__ = ["CUTOFF_TYPES", "DescriptorConfig", "SymmetryFunctionGrid"]
