"""Changes the code of nnpot a little, again and again, and says which changes no test hears of.

Each mutant is one change (`operators`) of one module in a copy of the package; the working tree is never
touched. The tests are the files that carry the name of the module or import it. A mutant is killed where one
of them fails or does not end in time; a survivor is a hole in the tests, or changes nothing (an equivalent
mutant: a person decides).

    make mutation                       # 300 mutants of training, analysis, report and some more
    .venv/bin/python tests/mutation/run.py --sample 50 --seed 1 analysis/errors.py units.py

Results are kept after every mutant: the same command goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import json
import math
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nnpot import _core
from nnpot.support.files import atomic_write
from nnpot.support.progress import progress

sys.path.insert(0, str(Path(__file__).resolve().parent))

import operators  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "python" / "nnpot"
TESTS = ROOT / "tests" / "python"
DEFAULT = ("training", "analysis", "report.py", "coulomb.py", "units.py", "io/labels.py")
PASSED, FAILED = 0, 1
LONGEST = 120.0
"""Seconds; the first file of tests of a module is not used if it takes longer, others beyond the budget."""
WITHOUT = ("-p", "no:cacheprovider", "-p", "no:unraisableexception")


@dataclass(frozen=True)
class Mutant:
    """The number of a mutation among all of its module, with what is told of it."""

    module: str
    number: int
    line: int
    kind: str
    change: str

    @property
    def key(self) -> str:
        """The same as long as the module is the same."""
        return f"{self.module}:{self.number}"


def main() -> int:
    """Returns 0, whatever survived: holes are for people."""
    options = parse()
    output: Path = options.output
    modules = modules_of(options.modules)
    tests = {module: tests_of(module) for module in modules}
    chosen = sample([one for module in modules for one in mutants_of(module)], options.sample, options.seed)
    copy = copy_package(output / "copy")
    warm_up()
    results = kept_results(output / "results.json")
    limits = {file: options.budget for one in chosen for file in tests[one.module][1:]}
    limits |= {tests[one.module][0]: LONGEST for one in chosen if tests[one.module]}
    seconds = times_of_tests(limits, copy, output)
    with progress("mutating", len(chosen)) as bar:
        for mutant in chosen:
            if mutant.key not in results:
                files = quick_enough(tests[mutant.module], seconds, options.budget)
                limit = options.limit + 3.0 * sum(seconds[file] for file in files)
                results[mutant.key] = judged(mutant, files, copy, limit)
                write_json(output / "results.json", {"digest": digest(), "results": results})
            bar.advance(1, survived=sum(one["outcome"] == "survived" for one in results.values()))
    report([results[one.key] for one in chosen], output)
    return 0


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", default=DEFAULT, help="files or folders below python/nnpot")
    parser.add_argument("--sample", type=int, default=300, help="mutants drawn at random; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=20.0, help="s per mutant, beside what its tests take")
    parser.add_argument(
        "--budget", type=float, default=30.0, help="s of tests of a mutant, beside the first file"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "out" / "mutation")
    return parser.parse_args()


def modules_of(names: Sequence[str]) -> list[str]:
    """Paths below the package."""
    found = []
    for name in names:
        place = PACKAGE / name
        if not place.exists():
            raise SystemExit(f"mutation: {place} does not exist; name files or folders below {PACKAGE}")
        found += sorted(place.rglob("*.py")) if place.is_dir() else [place]
    return [str(path.relative_to(PACKAGE)) for path in found]


def mutants_of(module: str) -> list[Mutant]:
    """All of one module."""
    tree = ast.parse((PACKAGE / module).read_bytes())
    return [
        Mutant(module, number, one.line, one.kind, one.change)
        for number, one in enumerate(operators.mutations(tree))
    ]


def sample(mutants: list[Mutant], n: int, seed: int) -> list[Mutant]:
    """Some of them, in the order of the modules: a longer sample of the same seed holds a shorter one."""
    shuffled = random.Random(seed).sample(mutants, len(mutants))
    return sorted(shuffled[: n or None], key=lambda one: (one.module, one.line, one.number))


def tests_of(module: str, through: frozenset[str] = frozenset()) -> list[str]:
    """Files of tests that import the module, first those with its name; or that with its path.

    Where there are none, those of the modules that import it.
    """
    path = Path(module).with_suffix("")
    names = {f"test_{path.name}.py", f"test_{'_'.join(path.parts)}.py"}
    files = sorted(TESTS.glob("test_*.py"))
    found = [file.name for file in files if imports(file, path)]
    found.sort(key=lambda name: name not in names)
    found = found or [file.name for file in files if file.name == f"test_{'_'.join(path.parts)}.py"]
    if found:
        return found
    users = [str(file.relative_to(PACKAGE)) for file in sorted(PACKAGE.rglob("*.py")) if imports(file, path)]
    through |= {module}
    theirs = [name for user in users if user not in through for name in tests_of(user, through)]
    return list(dict.fromkeys(theirs))


def imports(file: Path, module: Path) -> bool:
    """Whether a file imports a module, named by its path below the package."""
    dotted = ".".join(("nnpot", *module.parts))
    parent, _, last = dotted.rpartition(".")
    text = file.read_text(encoding="utf-8")
    return any(
        way in text for way in (f"from {dotted} import", f"import {dotted}", f"from {parent} import {last}\n")
    )


def quick_enough(files: list[str], seconds: dict[str, float], budget: float) -> list[str]:
    """The first, which mostly has the name of the module, and others as long as there is time."""
    chosen = [file for file in files[:1] if math.isfinite(seconds[file])]
    for file in sorted(files[1:], key=seconds.__getitem__):
        if sum(seconds[one] for one in chosen) + seconds[file] <= budget:
            chosen.append(file)
    return chosen


def copy_package(place: Path) -> Path:
    """The package with its compiled parts, to be changed; returns the folder that holds it."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(PACKAGE, place / "nnpot", ignore=shutil.ignore_patterns("__pycache__"))
    compiled = Path(_core.__file__)
    shutil.copy(compiled, place / "nnpot")
    shutil.copytree(compiled.parent / "lammps_plugin", place / "nnpot" / "lammps_plugin", dirs_exist_ok=True)
    return place


def warm_up() -> None:
    """Import what tests need and no mutant changes, once for all processes; forget nnpot."""
    os.environ |= {"OMP_NUM_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "2"}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # some take longer to import than the tests take
    sys.dont_write_bytecode = True
    for name in (
        "pytest",
        "ase.io",
        "ase.build",
        "scipy.stats",
        "matplotlib.figure",
        "pydantic",
        "tensorflow",
    ):
        importlib.import_module(name)


def outcome_of(files: list[str], copy: Path, limit: float) -> tuple[str, float]:
    """``passed``, ``failed`` or ``time`` of tests with the copy, in a process of their own, and seconds."""
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        os.setsid()
        os._exit(run_tests(files, copy))
    while time.monotonic() - start < limit:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            seconds = time.monotonic() - start
            return ("passed" if os.waitstatus_to_exitcode(status) == PASSED else "failed"), seconds
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "time", limit


def run_tests(files: list[str], copy: Path) -> int:
    """The exit status of pytest with the package of the copy."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("nnpot", "operators")]:
        del sys.modules[name]
    sys.meta_path[:] = [one for one in sys.meta_path if "ScikitBuild" not in type(one).__name__]
    sys.path.insert(0, str(copy))
    os.environ["PYTHONPATH"] = str(copy)
    if Path(importlib.import_module("nnpot").__file__ or "").parent.parent != copy:
        return FAILED + 1
    pytest = importlib.import_module("pytest")
    files = [str(TESTS / file) for file in files]
    return int(pytest.main(["-x", "-q", "--assert=plain", *WITHOUT, *files]))


def times_of_tests(limits: Mapping[str, float], copy: Path, output: Path) -> dict[str, float]:
    """How long each file takes with the code as it is; infinite beyond its limit."""
    place = output / "tests.json"
    known = json.loads(place.read_text()) if place.exists() else {}
    missing = [file for file in sorted(limits) if file not in known]
    with progress("timing tests", len(missing)) as bar:
        for file in missing:
            outcome, seconds = outcome_of([file], copy, limits[file])
            if outcome == "failed":
                raise SystemExit(f"mutation: {file} does not pass with the code as it is")
            known[file] = round(seconds, 2) if outcome == "passed" else math.inf
            write_json(place, known)
            bar.advance(1)
    return dict(known)


def judged(mutant: Mutant, files: list[str], copy: Path, limit: float) -> dict[str, object]:
    """What becomes of one mutant."""
    place = copy / "nnpot" / mutant.module
    original = (PACKAGE / mutant.module).read_bytes()
    tree = ast.parse(original)
    operators.apply(operators.mutations(tree)[mutant.number])
    place.write_text(ast.unparse(ast.fix_missing_locations(tree)), encoding="utf-8")
    outcome, seconds = outcome_of(files, copy, limit) if files else ("passed", 0.0)
    place.write_bytes(original)
    told = {"passed": "survived", "failed": "killed", "time": "killed (time)"}[outcome]
    told = told if files else "not tried"
    return vars(mutant) | {"outcome": told, "seconds": round(seconds, 2), "tests": files}


def digest() -> str:
    """Of the package and its tests: results of other code are not taken over."""
    told = hashlib.sha256()
    for path in sorted((*PACKAGE.rglob("*.py"), *TESTS.glob("*.py"))):
        told.update(path.read_bytes())
    return told.hexdigest()


def kept_results(path: Path) -> dict[str, dict[str, object]]:
    """Those of an interrupted run of the same code."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text())
    return dict(kept["results"]) if kept["digest"] == digest() else {}


def report(results: list[dict[str, object]], output: Path) -> None:
    """Print and write the table of survivors, and numbers by kind."""
    counts = Counter(str(one["outcome"]) for one in results)
    lines = [f"{len(results)} mutants: " + ", ".join(f"{n} {name}" for name, n in counts.most_common())]
    by_kind = Counter(str(one["kind"]) for one in results)
    alive = [one for one in results if one["outcome"] in ("survived", "not tried")]
    of_alive = Counter(str(one["kind"]) for one in alive)
    lines += [f"  {kind:14} {of_alive[kind]:4} of {n:4} survived" for kind, n in sorted(by_kind.items())]
    for one in alive:
        names = " ".join(map(str, one["tests"])) or "not tried"  # type: ignore[call-overload]
        lines.append(f"{one['module']}:{one['line']}  [{one['kind']}]  {one['change']}  ({names})")
    print("\n".join(lines))
    with atomic_write(output / "survivors.txt") as stream:
        stream.write("\n".join(lines) + "\n")


def write_json(path: Path, values: object) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as stream:
        json.dump(values, stream, indent=1)


if __name__ == "__main__":
    sys.exit(main())
