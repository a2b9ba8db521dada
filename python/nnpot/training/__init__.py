"""Training of potentials in TensorFlow: data set, descriptors, networks, loop, checkpoints, export.

Importing this package is light; TensorFlow is imported when a training starts.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnpot.training.config import TrainingConfig, load_config, template
from nnpot.training.config.direct_forces import DirectForceConfig, force_template, load_force_config

if TYPE_CHECKING:
    from nnpot.training.data.frames import load_frames
    from nnpot.training.direct_forces.job import ForceTrainingResult
    from nnpot.training.lattice import Descriptor as LatticeDescriptor
    from nnpot.training.lattice import (
        LatticeHistory,
        LatticeNetwork,
        LatticeNetworkSettings,
        train_lattice_network,
    )
    from nnpot.training.lattice import Split as LatticeSplit
    from nnpot.training.lattice import lattice_samples as describe_lattice
    from nnpot.training.lattice import predict as predict_lattice
    from nnpot.training.potentials.job import TrainingResult

__all__ = [
    "DirectForceConfig",
    "LatticeDescriptor",
    "LatticeHistory",
    "LatticeNetwork",
    "LatticeNetworkSettings",
    "LatticeSplit",
    "TrainingConfig",
    "describe_lattice",
    "force_template",
    "load_config",
    "load_force_config",
    "load_frames",
    "predict_lattice",
    "template",
    "train",
    "train_forces",
    "train_lattice_network",
]

_LAZY = {
    "LatticeDescriptor": ("lattice", "Descriptor"),
    "LatticeHistory": ("lattice", "LatticeHistory"),
    "LatticeNetwork": ("lattice", "LatticeNetwork"),
    "LatticeNetworkSettings": ("lattice", "LatticeNetworkSettings"),
    "LatticeSplit": ("lattice", "Split"),
    "describe_lattice": ("lattice", "lattice_samples"),
    "load_frames": ("data.frames", "load_frames"),
    "predict_lattice": ("lattice", "predict"),
    "train_lattice_network": ("lattice", "train_lattice_network"),
}
"""Names that are imported at first use, TensorFlow with some of them: module and attribute."""


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        module, attribute = _LAZY[name]
        return getattr(import_module(f"nnpot.training.{module}"), attribute)
    raise AttributeError(f"module 'nnpot.training' has no attribute {name!r}")


def train(config: TrainingConfig, run_dir: str | os.PathLike[str], resume: bool = False) -> TrainingResult:
    """Train a potential and leave it, with its log and report, in a directory.

    Parameters
    ----------
    config
        What to train on, and how; see `load_config` for a YAML file.
    run_dir
        Directory to create: ``model/``, ``log.csv``, ``report.html``, ``checkpoint.npz``.
    resume
        Go on from the checkpoint in ``run_dir``; the weights become those of an unbroken run, bit for bit.

    Returns
    -------
    TrainingResult
        Where the model is, why training ended, and the errors on each part of the data.

    Raises
    ------
    InvalidInputError
        If the data or the configuration cannot be used, ``run_dir`` already holds a run, or a run is
        resumed with another configuration or other data.
    FileFormatError
        If a data file cannot be read.
    OSError
        If a file cannot be written; what was written before stays usable.
    """
    from nnpot.training.potentials.job import PotentialJob
    from nnpot.training.session.run import run

    return run(PotentialJob(config), Path(run_dir), resume)


def train_forces(
    config: DirectForceConfig, run_dir: str | os.PathLike[str], resume: bool = False
) -> ForceTrainingResult:
    """Train networks that put out forces and leave them, with their log and report, in a directory.

    Parameters
    ----------
    config
        What to train on, and how; see `load_force_config` for a YAML file.
    run_dir
        Directory to create: ``model/``, ``log.csv``, ``report.html``, ``checkpoint.npz``.
    resume
        Go on from the checkpoint in ``run_dir``; the weights become those of an unbroken run, bit for bit.

    Returns
    -------
    ForceTrainingResult
        Where the model is, why training ended, and the errors on each part of the data.

    Raises
    ------
    InvalidInputError, FileFormatError, OSError
        As `train` does.
    """
    from nnpot.training.direct_forces.job import ForceJob
    from nnpot.training.session.run import run

    return run(ForceJob(config), Path(run_dir), resume)
