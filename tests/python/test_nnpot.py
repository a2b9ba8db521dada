"""The package as a whole: what importing it brings, and what it offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import nnpot

HEAVY = ("numpy", "ase", "tensorflow", "keras", "pydantic", "matplotlib", "nnpot._core")


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running ``code``."""
    program = f"import sys\n{code}\nprint(*sys.modules, file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(result.stderr.split())


def test_importing_the_package_is_light() -> None:
    assert modules_after("import nnpot, nnpot.lammps.plugin, nnpot.units").isdisjoint(HEAVY)


@pytest.mark.parametrize("command", ["", "sample", "train", "evaluate", "predict", "plugin", "doctor"])
def test_help_is_instant(command: str) -> None:
    code = f"""
from nnpot.cli.main import main
try: main([*"{command}".split(), "--help"])
except SystemExit as end: assert not end.code
"""
    assert modules_after(code).isdisjoint(HEAVY)


def test_all_public_names_exist() -> None:
    for name in nnpot.__all__:
        assert getattr(nnpot, name) is not None
        assert name in dir(nnpot)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Potentail"):
        nnpot.Potentail  # noqa: B018


def test_errors_have_one_base() -> None:
    for name in ("InvalidInputError", "FileFormatError", "UnknownElementError"):
        assert issubclass(getattr(nnpot, name), nnpot.NnpotError)
