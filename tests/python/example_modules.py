"""The modules of an example, which are found by their names alone when its run.py is started."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@contextlib.contextmanager
def run_of(example: Path) -> Iterator[ModuleType]:
    """``run`` of an example; the others lie in ``sys.modules`` as long as this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.syspath_prepend(EXAMPLES)
        patch.syspath_prepend(example)
        _forget()
        try:
            yield importlib.import_module("run")
        finally:
            _forget()


def _forget() -> None:
    """Other examples have modules of the same names."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is not None and Path(file).is_relative_to(EXAMPLES):
            del sys.modules[name]
