"""Networks that put out forces without an energy: features, files, prediction, what they cost in dynamics."""

from __future__ import annotations

from nnpot.direct_forces.calculator import DirectForceCalculator
from nnpot.direct_forces.features import Features, Seen
from nnpot.direct_forces.files import FILE, keep_measured, load_direct_forces, write_direct_forces
from nnpot.direct_forces.measure import measure_direct_forces
from nnpot.direct_forces.model import DirectForces, ElementNetwork, Measured

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
    "measure_direct_forces",
    "write_direct_forces",
]
