"""Where the LAMMPS plugin lies."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from nnpot import NnpotError
from nnpot.lammps import plugin


def test_the_plugin_is_where_the_path_says() -> None:
    assert plugin.path().is_file()
    assert plugin.path().name.endswith("plugin.so"), "LAMMPS loads nothing else by itself"
    assert Path(plugin.directory()) == plugin.path().parent


def test_the_entry_point_gives_the_directory() -> None:
    (entry,) = entry_points(group="lammps.plugins", name="nnpot")
    assert entry.load()() == plugin.directory()


def test_a_missing_plugin_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(plugin, "directory", lambda: str(tmp_path))
    with pytest.raises(NnpotError, match=r"nnpplugin\.so is missing"):
        plugin.path()
