"""Modules under the names that they had before: ``nnpot.potential`` is ``nnpot.models.potential``."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

PLACES = {
    "figures": ("panels", "plots", "epoch_plots", "report"),
    "models": ("calculator", "direct_forces", "feature_model", "potential"),
    "support": ("announce", "farm", "files", "progress", "yaml_file"),
}
"""Modules that kept their names, by the folder that they lie in now."""
MOVED = {f"nnpot.{name}": f"nnpot.{folder}.{name}" for folder, names in PLACES.items() for name in names} | {
    "nnpot.direct_forces.measure": "nnpot.analysis.measured_forces",
    "nnpot.figure_style": "nnpot.figures.style",
    "nnpot.lattice.page": "nnpot.lattice.figures",
    "nnpot.lammps_runtime": "nnpot.lammps.runtime",
    "nnpot.lammps_system": "nnpot.lammps.system",
    "nnpot.plugin": "nnpot.lammps.plugin",
    "nnpot.training.checkpoint": "nnpot.training.session.checkpoint",
    "nnpot.training.dense": "nnpot.training.networks.dense",
    "nnpot.training.frames": "nnpot.training.data.frames",
    "nnpot.training.initial_weights": "nnpot.training.networks.dense",
    "nnpot.training.lattice_networks": "nnpot.training.lattice",
    "nnpot.training.lattice_samples": "nnpot.training.lattice",
    "nnpot.training.result": "nnpot.training.potentials.job",
}


class _Same(Loader):
    """Gives the module of the new name."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(_new_name(spec.name) or spec.name)
        self._own = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._own  # it was executed under its new name


class _Moved(MetaPathFinder):
    """Finds modules by their old names, and what lies in folders that moved."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        return ModuleSpec(fullname, _Same()) if _new_name(fullname) else None


def _new_name(name: str) -> str | None:
    if name in MOVED:
        return MOVED[name]
    parent, _, own = name.rpartition(".")
    moved = _new_name(parent) if parent else None
    return f"{moved}.{own}" if moved else None


def install() -> None:
    """Let the old names be imported."""
    sys.meta_path.insert(0, _Moved())  # before what looks into the folders that moved
