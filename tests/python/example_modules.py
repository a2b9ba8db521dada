"""The modules of an example, which are found by their names alone when its run.py is started."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@contextlib.contextmanager
def run_of(example: Path) -> Iterator[ModuleType]:
    """``run`` of an example; the others lie in ``sys.modules`` as long as this lasts.

    Other examples, and the tests themselves, have modules of the same names.
    """
    names = {path.stem for path in example.glob("*.py")}
    others = _take_out(names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.syspath_prepend(example)
        try:
            yield importlib.import_module("run")
        finally:
            _take_out(names)
            sys.modules.update(others)


def _take_out(names: Iterable[str]) -> dict[str, ModuleType]:
    return {name: sys.modules.pop(name) for name in names if name in sys.modules}
