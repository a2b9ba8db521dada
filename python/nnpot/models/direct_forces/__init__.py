"""Networks that put out forces without an energy: features, files, prediction, what they cost in dynamics."""

from __future__ import annotations

from nnpot.models.direct_forces.calculator import DirectForceCalculator
from nnpot.models.direct_forces.features import Features, Seen
from nnpot.models.direct_forces.files import FILE, keep_measured, load_direct_forces, write_direct_forces
from nnpot.models.direct_forces.model import DirectForces
from nnpot.models.direct_forces.text import ElementNetwork, Measured

__all__ = [
    "FILE",
    "DirectForceCalculator",
    "DirectForces",
    "ElementNetwork",
    "Features",
    "Measured",
    "Seen",
    "keep_measured",
    "load_direct_forces",
    "write_direct_forces",
]
