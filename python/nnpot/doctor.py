"""Checks of an installation, on a small case (made by tests/data/make_doctor_model.py), and of a model."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from nnpot.errors import NnpotError
from nnpot.lammps import plugin
from nnpot.support.installation import install_command

CASE = Path(__file__).parent / "data" / "doctor"
"""A model of silicon, and ``structure.xyz`` with the energy and forces that it had when it was made."""
PACKAGES = {  # name of the distribution: the extra of nnpot that brings it
    "nnpot": "",
    "numpy": "",
    "ase": "",
    "lammps": "lammps",
    "mpich": "lammps",
    "tensorflow": "train",
}
OTHER_NAMES = {"tensorflow": ("tensorflow-cpu", "tensorflow_cpu")}
TOLERANCE = 1e-10
"""Largest relative difference of energies; what remains is the order of summation."""
LOAD = "from nnpot.lammps.runtime import open_lammps\nwith open_lammps(screen=True, plugin=True): pass"
COMPUTE = "from nnpot.doctor import lammps_energy; print(repr(lammps_energy()))"
TIMEOUT = 120
"""Seconds for one run of LAMMPS."""


class State(Enum):
    """How a check ended."""

    ok = "ok"
    failed = "FAILED"
    skipped = "skipped"


@dataclass(frozen=True)
class Check:
    """One check and its outcome."""

    name: str
    state: State
    detail: str


def versions() -> dict[str, str]:
    """The version of each package, or how to get it; nothing is imported."""
    found = {"python": sys.version.split()[0]}
    for name, extra in PACKAGES.items():
        hint = f" (optional: {install_command(extra)})" if extra else ""
        found[name] = _version(name) or f"not installed{hint}"
    return found


def examine(models: Sequence[Path], units: str | None) -> tuple[dict[str, str], list[str]]:
    """What the directory of a model, or those of a committee, hold, and what looks wrong in them.

    Raises
    ------
    NnpotError, OSError
        As `nnpot.load` does, above all if there is no model.
    """
    from nnpot.models.kinds import load

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = load(models, units)
    facts = {"kind": model.what, **model.facts(), **{f"info {key}": v for key, v in model.info.items()}}
    suspicious = [str(one.message) for one in caught]
    if not model.info:
        suspicious.append(f"{models[0]}: does not say where it comes from")
    return facts, suspicious


def checks() -> Iterator[Check]:
    """Run the checks one after the other."""
    yield _check("prediction", _predict)
    yield _check("plugin", lambda: str(plugin.path()))
    if find_spec("lammps") is None:
        yield Check("LAMMPS", State.skipped, f"not installed; {install_command('lammps')} brings it")
        return
    yield _check("LAMMPS loads the plugin", _load_plugin)
    yield _check("pair_style nnp", _run_pair_style)
    yield _check("command lmp", _run_command)


def lammps_energy() -> float:
    """Energy of the stored structure by ``pair_style nnp`` inside this process, eV."""
    from nnpot.io import read_frames
    from nnpot.lammps.runtime import network_commands
    from nnpot.lammps.system import compute_labels

    structure = read_frames(CASE / "structure.xyz")[0]
    return float(compute_labels(structure, ["Si"], network_commands(CASE, ["Si"])).get_potential_energy())


def _check(name: str, function: Callable[[], str]) -> Check:
    try:
        return Check(name, State.ok, function())
    except Exception as error:  # whatever is broken is what the user came to see
        return Check(name, State.failed, " ".join(f"{type(error).__name__}: {error}".split()))


def _version(name: str) -> str | None:
    for distribution in (name, *OTHER_NAMES.get(name, ())):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return None


def _stored_energy() -> float:
    from nnpot.io import read_frames

    return float(read_frames(CASE / "structure.xyz")[0].get_potential_energy())


def _compare(energy: float) -> str:
    stored = _stored_energy()
    if abs(energy - stored) > TOLERANCE * abs(stored):
        raise NnpotError(f"expected the stored energy {stored:.12f} eV, got {energy:.12f}")
    return f"the stored energy {stored:.6f} eV is reproduced"


def _predict() -> str:
    from nnpot.io import read_frames
    from nnpot.models.potential import load

    structure = read_frames(CASE / "structure.xyz")[0]
    prediction = load(CASE).predict(structure)
    difference = abs(prediction.forces - structure.get_forces()).max()
    if difference > 1e-9:
        raise NnpotError(f"expected the stored forces, got some that differ by {difference:.2e} eV/Å")
    return _compare(prediction.energy)


def _load_plugin() -> str:
    _run([sys.executable, "-c", LOAD])
    return f"pair_style nnp is there, LAMMPS {_version('lammps') or 'of unknown version'}"


def _run_pair_style() -> str:
    output = _run([sys.executable, "-c", COMPUTE])
    return _compare(float(output.split()[-1]))


def _run_command() -> str:
    from nnpot.lammps.runtime import lmp_command

    (command,) = lmp_command()
    output = _run([command, "-log", "none"], text="info styles pair\n")
    if "nnp" not in output.split():
        raise NnpotError(f"{command} did not load the plugin by itself; send it: plugin load {plugin.path()}")
    return f"{command} knows pair_style nnp"


def _run(command: list[str], text: str = "") -> str:
    """Run LAMMPS in a process of its own, where a crash is only a failed check; its output is the answer."""
    result = subprocess.run(command, input=text, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if result.returncode != 0:
        told = [line for line in result.stdout.splitlines() if "ERROR" in line or "WARNING" in line]
        reason = " | ".join(told + result.stderr.strip().splitlines()[-1:]) or "it said nothing"
        raise NnpotError(f"exit code {result.returncode}: {reason}")
    return result.stdout
