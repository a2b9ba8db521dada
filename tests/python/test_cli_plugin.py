"""nnpot plugin."""

from __future__ import annotations

from command_line import run

from nnpot.lammps import plugin


def test_the_path_is_all_that_is_printed() -> None:
    result = run("plugin")
    assert result.returncode == 0
    assert result.stdout == f"{plugin.path()}\n"
