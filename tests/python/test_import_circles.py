"""The modules of the package import each other in one direction, and those of training in few ways."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "python" / "nnpot"
MOST_ARROWS = 110
"""From one file of training to another."""


def module_name(path: Path) -> str:
    parts = ("nnpot", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in PACKAGE.rglob("*.py")}


def imported(text: str, known: set[str]) -> set[str]:
    """The known modules that a file imports, also inside functions and for type checking."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inside & known) or {node.module}
    return found & known


def graph() -> dict[str, set[str]]:
    known = set(MODULES) | {"nnpot._core"}
    texts = {name: path.read_text(encoding="utf-8") for name, path in MODULES.items()}
    return {name: imported(text, known) - {name} for name, text in texts.items()}


def test_no_module_is_imported_by_what_it_imports() -> None:
    tuple(TopologicalSorter(graph()).static_order())


def test_files_of_training_know_few_others() -> None:
    arrows = [
        (one, other)
        for one, others in graph().items()
        for other in others
        if one.startswith("nnpot.training") and other.startswith("nnpot.training")
    ]
    assert 50 < len(arrows) <= MOST_ARROWS


def test_the_check_can_fail() -> None:
    known = {"a", "a.b", "c"}
    one, other = imported("def f():\n    from a import b\n", known), imported("import c", known)
    assert (one, other) == ({"a.b"}, {"c"})
    try:
        tuple(TopologicalSorter({"c": one, "a.b": other}).static_order())
    except CycleError:
        return
    raise AssertionError("a circle was not seen")
