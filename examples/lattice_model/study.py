"""What the study consists of: databases, and networks to train on them."""

from typing import Literal

from nnpot.lattice.eigenvalues import Eigenvalues
from nnpot.lattice.functions import LatticeFunctions
from nnpot.lattice.generate import GeneratorSettings
from nnpot.lattice.model import Count
from nnpot.study import StrictModel
from nnpot.training import LatticeDescriptor, LatticeNetworkSettings

DescriptorName = Literal["eigenvalues", "symmetry functions", "labelled symmetry functions"]


class Experiment(StrictModel):
    """One network on one database."""

    name: str
    descriptor: DescriptorName
    network: LatticeNetworkSettings
    count: Count = "document"
    derivatives: bool = False
    """Whether descriptors come with derivatives, to learn from gradients."""


class Part(StrictModel):
    """A database, and the networks that learn from it."""

    database: GeneratorSettings
    experiments: list[Experiment]
    held_out: float = 0.2


class Study(StrictModel):
    """The whole."""

    one_width: Part
    range_of_widths: Part
    drag_places: int = 200


def descriptor_named(name: DescriptorName) -> LatticeDescriptor:
    """The descriptor of an experiment."""
    if name == "eigenvalues":
        return Eigenvalues()
    return LatticeFunctions(labelled=name == "labelled symmetry functions")
