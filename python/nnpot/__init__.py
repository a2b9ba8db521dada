"""nnpot: neural network potentials for atomistic simulation.

``nnpot.load(directory)`` reads a model and gives a `Potential`; ``nnpot.Calculator`` is its ASE calculator.
Importing the package is quick: numpy, ASE and the compiled core are imported at first use.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from nnpot.errors import FileFormatError, InvalidInputError, NnpotError, UnknownElementError

if TYPE_CHECKING:
    from nnpot._core import NeuralNetwork, SymmetryFunctions, VerletList
    from nnpot.calculator import NnpotCalculator as Calculator
    from nnpot.feature_model import FeatureModel, load_feature_model
    from nnpot.lammps_runtime import open_lammps
    from nnpot.potential import Potential, Prediction, Uncertainty, load

__all__ = [
    "Calculator",
    "FeatureModel",
    "FileFormatError",
    "InvalidInputError",
    "NeuralNetwork",
    "NnpotError",
    "Potential",
    "Prediction",
    "SymmetryFunctions",
    "Uncertainty",
    "UnknownElementError",
    "VerletList",
    "__version__",
    "load",
    "load_feature_model",
    "open_lammps",
]

_LAZY = {
    "Calculator": ("nnpot.calculator", "NnpotCalculator"),
    "FeatureModel": ("nnpot.feature_model", "FeatureModel"),
    "NeuralNetwork": ("nnpot._core", "NeuralNetwork"),
    "Potential": ("nnpot.potential", "Potential"),
    "Prediction": ("nnpot.potential", "Prediction"),
    "SymmetryFunctions": ("nnpot._core", "SymmetryFunctions"),
    "Uncertainty": ("nnpot.potential", "Uncertainty"),
    "VerletList": ("nnpot._core", "VerletList"),
    "load": ("nnpot.potential", "load"),
    "load_feature_model": ("nnpot.feature_model", "load_feature_model"),
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
