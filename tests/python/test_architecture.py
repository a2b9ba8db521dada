"""Data flows one way: every include and import is read and held against docs/architecture.md.

The first columns of that page's two tables are the layers, top to bottom; a file may use its own row and
those above.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"
PACKAGE = ROOT / "python" / "nnpot"
KERNELS = ROOT / "cpp" / "src" / "kernels"
CPP_FILES = sorted(
    [*(ROOT / "cpp" / "include" / "nnpot").glob("*.hpp"), *(ROOT / "cpp" / "src").rglob("*.[ch]pp")]
)
PLUGIN_FILES = sorted([*(ROOT / "lammps_plugin").glob("*.[ch]pp"), *(ROOT / "lammps_plugin").glob("*.h")])
BINDING_FILES = sorted((ROOT / "python" / "bindings").glob("*.[ch]pp"))
WITHOUT_LAMMPS = {"neighbor_adapter", "uncertainty_tally", "host_version", "mass_check", "n2p2_commands"}
PYTHON_FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
BUILDERS = {"cell_list", "verlet_list"}
"""What fills a neighbor list from a structure."""
OF_CELLS = {"ewald", "coulomb_part", "predictor"}
"""What needs a whole cell: sums over reciprocal space, and what begins with a structure."""
BEFORE_THE_SEAM = {"cell", "structure"} | BUILDERS | OF_CELLS
"""What nothing after `neighbor_list` may know of, these excepted."""


def layers(heading: str) -> dict[str, int]:
    """The row of each name in the table below a heading."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name: number for number, row in enumerate(rows) for name in re.findall(r"`(\w+)`", row)}


CPP = layers("C++ core")
PYTHON = layers("Python package")


def cpp_layer(path: Path) -> str:
    """The listed name of a file: its folder's, its own, or that of the one that it continues (``x_text.cpp``
    belongs to ``x``)."""
    if path.parent == KERNELS:
        return KERNELS.name
    stem = path.stem
    while stem not in CPP and "_" in stem:
        stem = stem.rsplit("_", 1)[0]
    return stem


def includes(path: Path) -> list[str]:
    """The layers whose headers a file includes."""
    found = re.findall(
        r'^\s*#\s*include\s+"((?:nnpot/|kernels/)?\w+)\.hpp"', path.read_text(encoding="utf-8"), re.MULTILINE
    )
    beside = {other.stem for other in path.parent.glob("*.hpp")}
    folder = path.parent if path.parent == KERNELS else ROOT / "cpp" / "src"
    return [cpp_layer((folder if name in beside else ROOT / "cpp" / "src") / name) for name in found]


def imports(path: Path) -> Iterator[str]:
    """The full names of all modules that a file imports, also inside functions and for type checking."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "nnpot":
            yield from (f"nnpot.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path}: relative imports hide the layer"
            yield node.module


def plugin_includes() -> dict[str, set[str]]:
    """The other units of the plugin that each of its units includes; a unit is a header and its source."""
    found: dict[str, set[str]] = {path.stem: set() for path in PLUGIN_FILES}
    for path in PLUGIN_FILES:
        quoted = re.findall(r'^\s*#\s*include\s+"(\w+)\.h(?:pp)?"', path.read_text("utf-8"), re.MULTILINE)
        found[path.stem] |= found.keys() & set(quoted) - {path.stem}
    return found


def python_layer(module: str) -> str:
    """``nnpot.io.labels`` belongs to ``io``."""
    return module.split(".")[1]


@pytest.mark.parametrize("path", CPP_FILES, ids=lambda path: path.name)
def test_cpp_files_include_their_own_or_an_earlier_layer(path: Path) -> None:
    own = cpp_layer(path)
    assert own in CPP, f"{path.name} is in no row of docs/architecture.md"
    for other in includes(path):
        assert other in CPP, f"{path.name} includes {other}, which is in no row of docs/architecture.md"
        assert CPP[other] <= CPP[own], f"{path.name} includes the later layer {other}"


@pytest.mark.parametrize("path", CPP_FILES, ids=lambda path: path.name)
def test_nothing_after_the_neighbor_list_knows_of_cells(path: Path) -> None:
    own = cpp_layer(path)
    if CPP[own] >= CPP["neighbor_list"] and own not in BUILDERS | OF_CELLS:
        assert not BEFORE_THE_SEAM.intersection(includes(path))


def test_the_core_knows_neither_python_nor_lammps() -> None:
    for path in CPP_FILES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"#\s*include\s+[<\"](Python|pybind11|lammps|mpi|pair|atom)\b", text), path


@pytest.mark.parametrize("path", PLUGIN_FILES, ids=lambda path: path.name)
def test_the_plugin_uses_public_headers_and_nothing_before_the_neighbor_list(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = re.findall(r'^\s*#\s*include\s+"nnpot/(\w+)\.hpp"', text, re.MULTILINE)
    assert set(used) <= {header.stem for header in CPP_FILES if header.parent.name == "nnpot"}
    assert not BEFORE_THE_SEAM.intersection(used)
    if path.stem in WITHOUT_LAMMPS:
        quoted = re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.MULTILINE)
        own = {f"{stem}.hpp" for stem in WITHOUT_LAMMPS}
        assert all(name.startswith("nnpot/") or name in own for name in quoted)


def test_the_plugin_has_no_circle_of_includes() -> None:
    assert not circle(plugin_includes())


@pytest.mark.parametrize("path", PLUGIN_FILES, ids=lambda path: path.name)
def test_a_class_of_the_plugin_lies_in_the_files_of_one_name(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    defined = set(re.findall(r"^[^\s/#*][^\n;={]*?\b(?!LAMMPS_NS\b)(\w+)::~?\w+\([^;]*$", text, re.MULTILINE))
    header = "".join(other.read_text("utf-8") for other in PLUGIN_FILES if other.stem == path.stem)
    assert all(re.search(rf"\b(class|struct) {name}\b[^;]*{{", header) for name in defined), defined
    assert len(text.splitlines()) < 400


@pytest.mark.parametrize("path", BINDING_FILES, ids=lambda path: path.name)
def test_the_bindings_use_public_headers_only(path: Path) -> None:
    quoted = re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
    own = {file.name for file in BINDING_FILES}
    public = {f"nnpot/{header.name}" for header in CPP_FILES if header.parent.name == "nnpot"}
    assert set(quoted) <= own | public


@pytest.mark.parametrize("path", PYTHON_FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_python_files_import_their_own_or_an_earlier_layer(path: Path) -> None:
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    assert own in PYTHON, f"{own} is in no row of docs/architecture.md"
    for module in imports(path):
        if module.startswith("nnpot."):
            other = python_layer(module)
            assert other in PYTHON, (
                f"{path.name} imports {module}, which is in no row of docs/architecture.md"
            )
            assert PYTHON[other] <= PYTHON[own], f"{path.name} imports the later layer {module}"


@pytest.mark.parametrize("path", PYTHON_FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_training_imports_tensorflow(path: Path) -> None:
    if "training" not in path.relative_to(PACKAGE).parts:
        assert {"tensorflow", "keras"}.isdisjoint(module.split(".")[0] for module in imports(path))


def test_the_check_can_fail(tmp_path: Path) -> None:
    (tmp_path / "cell.cpp").write_text('#include "nnpot/potential.hpp"\n')
    assert CPP[includes(tmp_path / "cell.cpp")[0]] > CPP["cell"]
    (tmp_path / "units.py").write_text(
        "def f():\n    from nnpot.cli import main\n    import tensorflow.keras\n"
    )
    assert list(imports(tmp_path / "units.py")) == ["nnpot.cli", "tensorflow.keras"]
    assert PYTHON["cli"] > PYTHON["units"]


def module_name(path: Path) -> str:
    """``nnpot.io.labels`` of ``io/labels.py``, and ``nnpot.io`` of ``io/__init__.py``."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of a circle, each imported by the one before it; empty without a circle."""
    left = dict(graph)
    while leaves := [name for name, imported in left.items() if not imported & left.keys()]:
        for name in leaves:
            del left[name]
    name, way = next(iter(left), ""), list[str]()
    while left and name not in way:
        way.append(name)
        name = min(left[name] & left.keys())
    return way[way.index(name) :] if left else []


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {module_name(path): path for path in PYTHON_FILES}
    graph = {}
    for name, path in names.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        members = {
            f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        graph[name] = (set(imports(path)) | members) & names.keys() - {name}
    assert not circle(graph)


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"d", "e"}, "d": {"b"}, "e": set()}) == ["b", "c", "d"]
    assert circle({"a": {"b"}, "b": set()}) == []


@pytest.mark.parametrize(
    "path", [*PYTHON_FILES, PACKAGE / "__init__.py"], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_no_docstring_begins_with_a_fragment(path: Path) -> None:
    """A docstring is a sentence: it says what a thing is, never just "Of ..." or "Which ..."."""
    wrong = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            wrong += [text.splitlines()[0]] if text.startswith(("Of ", "Which ")) else []
    assert not wrong


LONGEST_LINE = 120
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_lines_of_the_docs_are_readable(path: Path) -> None:
    """A line has at most so many characters; tables, formulas and what programs print may have more."""
    prose = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    long = [line for line in prose.splitlines() if len(line) > LONGEST_LINE and line[0] not in "|$"]
    assert not long
