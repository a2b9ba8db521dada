"""The short examples run as they are, and all examples import public names alone."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from example_modules import EXAMPLES

SHORT = EXAMPLES / "short"
SCRIPTS = {
    "load_and_predict": (r"energy -?\d+\.\d+ eV, largest force \d", []),
    "ase_dynamics": (r"the total energy changed by [+-]0\.\d+ meV/atom", ["dynamics.traj"]),
    "train_in_python": (r"force RMSE \d+\.\d meV/Å", ["frames.xyz", "run/model/input.nn", "run/report.html"]),
    "committee": (r"0\.20 Å +\d\.\d+ +\d\.\d+ +\d\.\d+", ["run/model_4/input.nn"]),
    "descriptor_values": (r"2 Si 0\.05 .* ± .* ± ", ["descriptors.npz"]),
    "lammps_input": (r"216 atoms after 200 steps: \d+ K, total energy -4\.\d+", ["log.lammps", "dump.xyz"]),
    "n2p2_potential": (r"O-Si 1\.50 to 2\.00 Å: [+-]\d+\.\d+ eV", []),
}
"""What each prints, as a pattern, and what it writes."""
NEEDED = {"train_in_python": "tensorflow", "committee": "tensorflow", "lammps_input": "lammps"}
PUBLIC = {
    "nnpot",
    "nnpot.analysis",
    "nnpot.benchmark",
    "nnpot.errors",
    "nnpot.figures",
    "nnpot.io",
    "nnpot.lammps",
    "nnpot.lattice",
    "nnpot.learning",
    "nnpot.models",
    "nnpot.reference",
    "nnpot.study",
    "nnpot.training",
    "nnpot.training.networks.dense",
    "nnpot.training.tensorflow_setup",
}
"""Packages whose names are public, as docs/study.md says; of some their modules too."""
WITH_MODULES = ("analysis", "benchmark", "figures", "lammps", "lattice", "learning", "models", "reference")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_short_example_runs_as_it_is(name: str, tmp_path: Path) -> None:
    pytest.importorskip(NEEDED.get(name, "ase"))
    pattern, written = SCRIPTS[name]
    command = [sys.executable, str(SHORT / f"{name}.py")]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(pattern, done.stdout), done.stdout
    for file in written:
        assert (tmp_path / file).stat().st_size > 0, file


def test_every_short_example_is_short_listed_and_says_what_it_shows() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert {path.stem for path in SHORT.glob("*.py")} == set(SCRIPTS)
    for path in SHORT.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 60, path
        assert f"python {path.name}" in (ast.get_docstring(ast.parse(text)) or ""), path
        assert f"(short/{path.name})" in page, path
    for path in EXAMPLES.glob("*/README.md"):
        assert f"({path.parent.name}/README.md)" in page, path


def nnpot_imports(path: Path) -> set[str]:
    """What a script imports from the package: full names of modules, and names after a colon."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}:{alias.name}" for alias in node.names}
    return {name for name in found if name.split(":")[0].split(".")[0] == "nnpot"}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/*.py")), ids=lambda path: "/".join(path.parts[-2:]))
def test_examples_import_public_names_and_leave_the_path_of_modules_alone(path: Path) -> None:
    assert "sys.path" not in path.read_text(encoding="utf-8")
    for name in nnpot_imports(path):
        module, _, attribute = name.partition(":")
        assert not attribute.startswith("_") and "._" not in module, name
        parent = ".".join(module.split(".")[:2])
        deep = module.split(".")[1:2] and module.split(".")[1] in WITH_MODULES and module.count(".") == 2
        assert module in PUBLIC or (deep and parent in PUBLIC), f"{name} is not public"
