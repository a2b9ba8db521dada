"""Networks of all elements, and what they say about frames."""

from nnpot.training.networks.atomic import AtomicNetworks
from nnpot.training.networks.dense import FUNCTIONS

__all__ = ["FUNCTIONS", "AtomicNetworks"]
