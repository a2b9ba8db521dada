"""The plugin is there without any step, and refuses a LAMMPS that it was not built for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from lammps_command import PLUGIN, run_lammps

from nnpot.lammps import runtime as lammps_runtime


@pytest.mark.parametrize("ranks", [1, 2])
def test_pair_style_nnp_simply_exists(ranks: int, tmp_path: Path) -> None:
    done = run_lammps(
        "units metal\nregion r block 0 1 0 1 0 1\ncreate_box 1 r\npair_style nnp\n", tmp_path, ranks
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_pair_styles_are_listed(tmp_path: Path) -> None:
    done = run_lammps("info styles pair\nplugin list\n", tmp_path)
    styles, plugins = done.stdout.split("Currently loaded plugins")
    assert {"nnp", "hdnnp"} <= set(styles.split())
    assert "pair style plugin nnp\n" in plugins and "pair style plugin hdnnp\n" in plugins


def test_pair_style_nnp_exists_in_a_python_process() -> None:
    with lammps_runtime.open_lammps(plugin=True) as lammps:
        assert lammps.has_style("pair", "nnp")


@pytest.mark.parametrize(
    ("library", "entry"), [("nnpplugin.so", "lammpsplugin_init"), ("nnpstyles.so", "nnpot_register_styles")]
)
def test_only_the_entry_point_is_exported(library: str, entry: str) -> None:
    command = ["nm", "--dynamic", "--defined-only", str(PLUGIN.with_name(library))]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [line.split()[-1] for line in output.splitlines()] == [entry]


def test_what_any_lammps_loads_asks_for_no_class_of_it() -> None:
    command = ["nm", "--dynamic", "--undefined-only", str(PLUGIN)]
    symbols = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "lammps_version" in symbols
    assert not [name for name in symbols if "LAMMPS_NS" in name or "fmt" in name or name.startswith("MPI_")]


def test_denormal_numbers_survive_loading() -> None:
    with lammps_runtime.open_lammps(plugin=True):
        assert float("1e-300") * float("1e-10") > 0.0, "the plugin was linked with -ffast-math"


def library_of(function: str, directory: Path) -> str:
    """A library with one function in C that, loaded first, stands before LAMMPS's of the same name."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    source, library = directory / "function.c", directory / "function.so"
    source.write_text(function + "\n")
    subprocess.run([compiler, "-shared", "-fPIC", "-w", str(source), "-o", str(library)], check=True)
    return str(library)


def test_a_pair_style_hdnnp_of_lammps_is_kept(tmp_path: Path) -> None:
    has_style = library_of("int lammps_has_style(void *a, char *b, char *c) { return 1; }", tmp_path)
    script = "units metal\nregion r block 0 1 0 1 0 1\ncreate_box 1 r\nplugin list\npair_style nnp\n"
    done = run_lammps(script, tmp_path, environment={"LD_PRELOAD": has_style})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "this LAMMPS has its own pair_style hdnnp, which is kept" in done.stdout
    assert "pair style plugin nnp" in done.stdout and "pair style plugin hdnnp" not in done.stdout


REFUSED = "ERROR: pair_nnp: not loaded: this plugin was built for "
VERSION = "int lammps_version(void *lammps) { return 20200303; }"
UPDATE = 'const char *_ZN9LAMMPS_NS6LAMMPS14git_descriptorEv(void) { return "stable_1Jan2020_update99"; }'
OPEN_MPI = """#include <string.h>
int MPI_Get_library_version(char *text, int *n) { strcpy(text, "Open MPI v5.0.3"); *n = 15; return 0; }"""


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (VERSION, "but this is LAMMPS 20200303"),
        (UPDATE, " update 99; install that LAMMPS, or build nnpot with the headers of this one"),
        (OPEN_MPI, "a LAMMPS with MPICH, but this LAMMPS has Open MPI; build nnpot with the option"),
    ],
)
def test_another_lammps_is_refused(function: str, expected: str, tmp_path: Path) -> None:
    other = library_of(function, tmp_path)
    script = "units metal\nregion r block 0 1 0 1 0 1\ncreate_box 1 r\npair_style nnp\n"
    done = run_lammps(script, tmp_path, environment={"LD_PRELOAD": other})
    (line,) = {line for line in done.stdout.splitlines() if "pair_nnp: not loaded" in line}
    assert line.startswith(REFUSED) and expected in line
    assert done.returncode != 0
    assert "Unrecognized pair style 'nnp'" in done.stdout + done.stderr


def test_two_plugins_in_the_path_do_not_mix(tmp_path: Path) -> None:
    """A copy that lost its other half does not find that of the first plugin."""
    shutil.copy(PLUGIN, tmp_path)
    done = run_lammps(f'plugin load "{PLUGIN}"\nplugin load "{tmp_path / PLUGIN.name}"\n', tmp_path)
    (line,) = {line for line in done.stdout.splitlines() if "pair_nnp: not loaded" in line}
    assert f"{tmp_path / 'nnpstyles.so'}: cannot open shared object file" in line
