"""Programs in C++ that are compiled on the machine that they measure, once for each compiler and source."""

from __future__ import annotations

import ctypes.util
import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nnpot.errors import NnpotError

SOURCES = Path(__file__).parent / "network_programs"
BLAS_FUNCTIONS = ("sgemm", "dgemm", "sgemv", "dgemv", "sdot", "ddot", "ssyrk", "dsyrk", "saxpy", "daxpy")
SCIPY_PREFIX = "scipy_"  # what SciPy puts before the names of its OpenBLAS


@dataclass(frozen=True)
class Recipe:
    """How a program is made: a source of `SOURCES`, and options of the compiler."""

    source: str
    options: tuple[str, ...]
    note: str = ""  # what a reader of the times has to know


def armadillo_recipe() -> Recipe:
    """Armadillo's program with the OpenBLAS of SciPy's wheel, else the system's, else its own loops."""
    source = "armadillo_network.cpp"
    options = ("-O3", "-march=native", "-DNDEBUG", "-DARMA_DONT_USE_WRAPPER", "-DARMA_DONT_USE_LAPACK")
    wheel = sorted(package("scipy").parent.glob("scipy.libs/libscipy_openblas-*.so"))
    if wheel:
        renamed = [f"-D{name}_={SCIPY_PREFIX}{name}_" for name in BLAS_FUNCTIONS]
        links = [str(wheel[0]), f"-Wl,-rpath,{wheel[0].parent}"]
        return Recipe(source, (*options, *renamed, *links), "OpenBLAS of SciPy's wheel")
    if ctypes.util.find_library("openblas"):
        return Recipe(source, (*options, "-lopenblas"), "OpenBLAS of the system")
    return Recipe(source, (*options, "-DARMA_DONT_USE_BLAS"), "no OpenBLAS: Armadillo's own loops")


def tensorflow_recipe() -> Recipe:
    """TensorFlow's program with the C++ library and headers in its wheel; `NnpotError` if there are none."""
    folder = package("tensorflow")
    libraries = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2")
    if not (folder / "include").is_dir() or not all((folder / name).is_file() for name in libraries):
        raise NnpotError(f"{folder} has no C++ library and headers")
    headers = ("-isystem", str(folder / "include"))
    defined = ("-DEIGEN_MAX_ALIGN_BYTES=64", "-D_GLIBCXX_USE_CXX11_ABI=1")
    links = (f"-L{folder}", *(f"-l:{name}" for name in libraries), f"-Wl,-rpath,{folder}")
    options = ("-O2", *headers, *defined, "-Wl,--no-as-needed", *links)
    return Recipe("tensorflow_network.cpp", options)


def build(recipe: Recipe) -> Path:
    """Compile, or take from the user's cache folder; `NnpotError` if there is no compiler, or it fails."""
    compiler = os.environ.get("CXX") or shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        raise NnpotError("there is no C++ compiler; install one, e.g. apt-get install g++")
    command = [compiler, "-std=c++17", str(SOURCES / recipe.source), *recipe.options]
    program = _cache() / f"{Path(recipe.source).stem}-{_mark(command)}"
    if not program.is_file():
        temporary = program.with_name(f".{program.name}.{os.getpid()}")
        _compile([*command, "-o", str(temporary)], recipe.source)
        temporary.replace(program)
    return program


def _compile(command: Sequence[str], source: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()
        raise NnpotError(f"{source} does not compile: {lines[0] if lines else 'the compiler says nothing'}")


def _mark(command: Sequence[str]) -> str:
    digest = hashlib.sha256("\n".join(command).encode())
    for file in sorted(SOURCES.glob("*.?pp")):
        digest.update(file.read_bytes())
    digest.update(subprocess.run([command[0], "--version"], capture_output=True).stdout)
    return digest.hexdigest()[:16]


def _cache() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nnpot"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def package(name: str) -> Path:
    """Where a package lies, found without importing it; `NnpotError` if it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise NnpotError(f"{name} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))
