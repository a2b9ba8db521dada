"""What a kept result of an example depends on: whatever changes makes it anew."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from nnpot.study import tasks


def module_at(path: Path) -> ModuleType:
    """The module of a file, as if it were imported for the first time."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    sys.modules[path.stem] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Path]:
    """A function, what its module imports, what that imports, and a module that nothing imports."""
    (tmp_path / "work_of_it.py").write_text(
        "import helper_of_it\ndef work(x):\n    return helper_of_it.half(x)\n"
    )
    (tmp_path / "helper_of_it.py").write_text(
        "from constant_of_it import TWO\ndef half(x):\n    return x / TWO\n"
    )
    (tmp_path / "constant_of_it.py").write_text("import work_of_it\nTWO = 2\n")
    (tmp_path / "other_of_it.py").write_text("")
    yield tmp_path
    sys.modules.pop("work_of_it", None)


def digest(folder: Path, monkeypatch: pytest.MonkeyPatch, version: str = "") -> str:
    """Of the function of the example, by a run that begins now."""
    for cached in (tasks.code_of, tasks.engine):
        cached.cache_clear()
    with monkeypatch.context() as patch:
        patch.syspath_prepend(folder)
        work: Callable[..., object] = module_at(folder / "work_of_it.py").work
    for name in ("helper_of_it", "constant_of_it"):
        sys.modules.pop(name, None)
    return str(tasks.Task("network", "halves", 1.0, work, (3,)).digest(version))


@pytest.mark.parametrize("name", ["work_of_it", "helper_of_it", "constant_of_it"])
def test_a_result_depends_on_all_code_of_its_example(
    example: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = digest(example, monkeypatch)
    assert digest(example, monkeypatch) == before
    (example / "other_of_it.py").write_text("SEVEN = 7\n")
    assert digest(example, monkeypatch) == before, "nothing imports it"
    with (example / f"{name}.py").open("a") as stream:
        stream.write("# changed\n")
    assert digest(example, monkeypatch) != before


def test_a_result_depends_on_nnpot_lammps_and_the_instruction_set(
    example: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = {digest(example, monkeypatch)}
    changed = {"lammps": "1.0", "instruction_set": "sse4_2", "tensorflow": "1.0"}
    real = tasks.describe_host
    for key, value in changed.items():
        with monkeypatch.context() as patch:
            patch.setattr(tasks, "describe_host", lambda names, k=key, v=value: real(names) | {k: v})
            found.add(digest(example, monkeypatch))
    (tmp_path / "nnpstyles.so").write_bytes(b"another")
    with monkeypatch.context() as patch:
        patch.setattr(tasks.plugin, "directory", lambda: str(tmp_path))
        found.add(digest(example, monkeypatch))
    with monkeypatch.context() as patch:
        patch.setattr(tasks.nnpot, "__file__", str(tmp_path / "__init__.py"))
        found.add(digest(example, monkeypatch))
    assert len(found) == 1 + len(changed) + 2
    assert digest(example, monkeypatch) in found


def test_the_reference_does_not_depend_on_the_model() -> None:
    reference, network = (tasks.Task(owner, "what", 1.0, len, ("abc",)) for owner in ("reference", "network"))
    assert reference.digest("a") == reference.digest("b")
    assert network.digest("a") != network.digest("b")
