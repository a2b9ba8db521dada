"""nnpot: neural network potentials for atomistic simulation.

``nnpot.load(directory)`` reads a model and gives a `Potential`; ``nnpot.Calculator`` is its ASE calculator.
Importing the package is quick: numpy, ASE and the compiled core are imported at first use.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from nnpot.errors import (
    FileFormatError,
    InvalidInputError,
    NnpotError,
    NonConservativeWarning,
    UnknownElementError,
)

if TYPE_CHECKING:
    from nnpot._core import ForceFeatures, NeuralNetwork, SymmetryFunctions, VerletList
    from nnpot.calculator import NnpotCalculator as Calculator
    from nnpot.direct_forces import (
        DirectForceCalculator,
        DirectForces,
        load_direct_forces,
        measure_direct_forces,
    )
    from nnpot.feature_model import FeatureModel, load_feature_model
    from nnpot.lammps_runtime import open_lammps
    from nnpot.potential import Potential, Prediction, Uncertainty, load

__all__ = [
    "Calculator",
    "DirectForceCalculator",
    "DirectForces",
    "FeatureModel",
    "FileFormatError",
    "ForceFeatures",
    "InvalidInputError",
    "NeuralNetwork",
    "NnpotError",
    "NonConservativeWarning",
    "Potential",
    "Prediction",
    "SymmetryFunctions",
    "Uncertainty",
    "UnknownElementError",
    "VerletList",
    "__version__",
    "load",
    "load_direct_forces",
    "load_feature_model",
    "measure_direct_forces",
    "open_lammps",
]

_LAZY = {
    "Calculator": ("nnpot.calculator", "NnpotCalculator"),
    "DirectForceCalculator": ("nnpot.direct_forces", "DirectForceCalculator"),
    "DirectForces": ("nnpot.direct_forces", "DirectForces"),
    "FeatureModel": ("nnpot.feature_model", "FeatureModel"),
    "ForceFeatures": ("nnpot._core", "ForceFeatures"),
    "NeuralNetwork": ("nnpot._core", "NeuralNetwork"),
    "Potential": ("nnpot.potential", "Potential"),
    "Prediction": ("nnpot.potential", "Prediction"),
    "SymmetryFunctions": ("nnpot._core", "SymmetryFunctions"),
    "Uncertainty": ("nnpot.potential", "Uncertainty"),
    "VerletList": ("nnpot._core", "VerletList"),
    "load": ("nnpot.potential", "load"),
    "load_direct_forces": ("nnpot.direct_forces", "load_direct_forces"),
    "load_feature_model": ("nnpot.feature_model", "load_feature_model"),
    "measure_direct_forces": ("nnpot.direct_forces", "measure_direct_forces"),
    "open_lammps": ("nnpot.lammps_runtime", "open_lammps"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("nnpot")
    if name in _LAZY:
        module, attribute = _LAZY[name]
        return getattr(import_module(module), attribute)
    raise AttributeError(f"module 'nnpot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
