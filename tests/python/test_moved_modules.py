"""Modules that moved are found under their old names, and are the same objects."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from nnpot.moved_modules import MOVED


@pytest.mark.parametrize(("old", "new"), [*MOVED.items()])
def test_old_names_give_the_modules_of_the_new(old: str, new: str) -> None:
    module = import_module(old)
    assert module is import_module(new)
    assert module.__name__ == new and module.__spec__ is not None and module.__spec__.name == new


def test_modules_in_a_folder_that_moved_are_not_loaded_twice() -> None:
    assert import_module("nnpot.direct_forces.files") is import_module("nnpot.models.direct_forces.files")


def test_old_names_work_first() -> None:
    code = "from nnpot.potential import Potential; import nnpot; assert Potential is nnpot.Potential"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_modules_are_still_unknown() -> None:
    with pytest.raises(ModuleNotFoundError, match="nnpot.nonsense"):
        import_module("nnpot.nonsense")
