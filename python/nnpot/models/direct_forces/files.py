"""Directories of direct force models."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from nnpot.models.direct_forces.model import DirectForces
from nnpot.models.direct_forces.text import Measured
from nnpot.models.kinds import load_kind, require_kind
from nnpot.support.files import atomic_write

FILE = DirectForces.file


def load_direct_forces(model_dir: str | os.PathLike[str]) -> DirectForces:
    """Read a direct force model; see `nnpot.load`, which reads other kinds, too.

    Warns
    -----
    NonConservativeWarning
        Always, in one line: such a model does not conserve energy, and how fast it was seen to drift.
    """
    return load_kind(DirectForces, model_dir)


def read_direct_forces(directory: Path) -> DirectForces:
    """The same without the warning, for those who measure it."""
    require_kind(DirectForces, directory)
    return DirectForces.read([directory], None, "double")


def write_direct_forces(model: DirectForces, directory: Path) -> None:
    """Write a model directory; see `DirectForces.save`."""
    model.save(directory)


def keep_measured(directory: Path, measured: Measured) -> None:
    """Write ``forces.nn`` anew, with what was measured; the networks stay as they are.

    Raises
    ------
    FileFormatError, InvalidInputError, OSError
        As `load_direct_forces` does, and if the file cannot be written.
    """
    model = replace(read_direct_forces(directory), measured=measured)
    with atomic_write(directory / FILE) as stream:
        stream.write(model.to_text())
