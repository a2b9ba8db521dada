"""nnpot: neural network potentials for atomistic simulation.

``nnpot.load(directory)`` reads a model, such as a `Potential`; ``nnpot.Calculator`` is its ASE calculator.
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
from nnpot.moved_modules import install as _accept_old_names

_accept_old_names()

if TYPE_CHECKING:
    from nnpot._core import ForceFeatures, NeuralNetwork, SymmetryFunctions, VerletList
    from nnpot.analysis.measured_forces import measure_direct_forces
    from nnpot.lammps.runtime import open_lammps
    from nnpot.models.calculator import NnpotCalculator as Calculator
    from nnpot.models.direct_forces import (
        DirectForceCalculator,
        DirectForces,
        load_direct_forces,
    )
    from nnpot.models.feature_model import FeatureModel, load_feature_model
    from nnpot.models.kinds import load, register
    from nnpot.models.model import Model
    from nnpot.models.potential import Potential
    from nnpot.prediction import Prediction, Uncertainty

__all__ = [
    "Calculator",
    "DirectForceCalculator",
    "DirectForces",
    "FeatureModel",
    "FileFormatError",
    "ForceFeatures",
    "InvalidInputError",
    "Model",
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
    "register",
]

_PLACES = {
    "_core": ("ForceFeatures", "NeuralNetwork", "SymmetryFunctions", "VerletList"),
    "analysis.measured_forces": ("measure_direct_forces",),
    "lammps.runtime": ("open_lammps",),
    "models.calculator": ("Calculator",),
    "models.direct_forces": ("DirectForceCalculator", "DirectForces", "load_direct_forces"),
    "models.feature_model": ("FeatureModel", "load_feature_model"),
    "models.kinds": ("load", "register"),
    "models.model": ("Model",),
    "models.potential": ("Potential",),
    "prediction": ("Prediction", "Uncertainty"),
}
_LAZY = {name: module for module, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("nnpot")
    if name in _LAZY:
        attribute = "NnpotCalculator" if name == "Calculator" else name
        return getattr(import_module(f"nnpot.{_LAZY[name]}"), attribute)
    raise AttributeError(f"module 'nnpot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
