"""Networks of all elements, and what they say about frames."""

from nnpot.training.networks.atomic import FUNCTIONS, AtomicNetworks

__all__ = ["FUNCTIONS", "AtomicNetworks"]
