"""What the fuzzing scripts share: mutations of files, and a runner that outlives hangs and crashes.

A script gives `main` a function that makes one case from chance in an empty folder and tries it. The cases
run in processes of their own, so that one that hangs or crashes is killed, counted and can be repeated alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random

from mutations import mutated

from nnpot.errors import NnpotError
from nnpot.support.progress import progress

__all__ = ["Case", "main", "mutated", "outcome_of"]

Case = Callable[[Random, Path], str]
"""Makes a case in an empty folder, tries it, and says in a word or two what came of it."""
FAULTS = ("traceback", "hang", "crash", "message")
"""What must not come of a case: the first word of its outcome."""
LONGEST_MESSAGE = 1000
"""Characters. An error is one line that a person can read."""


@dataclass(frozen=True)
class Limits:
    """Of one case."""

    seconds: float
    gigabytes: float
    """Of address space: what asks for more ends in a MemoryError, which is a fault."""


def outcome_of(case: Case, seed: int, number: int, folder: Path) -> str:
    """Try one case here: what it says, the kind of the error that refused it, or a fault with its place."""
    try:
        return case(Random(f"{seed} {number}"), folder)
    except (NnpotError, OSError) as error:
        text = str(error)
        if "\n" in text or len(text) > LONGEST_MESSAGE:
            return f"message of {len(text)} characters, {text.count(chr(10)) + 1} lines: {text[:100]!r}"
        return f"refused: {type(error).__name__}"
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        text = " ".join(str(error).split())[:100]
        return f"traceback: {type(error).__name__}: {text} ({Path(last.filename).name}:{last.lineno})"


def main(description: str, case: Case, cases: int) -> int:
    """Run as a command: try cases, print what came of them; 1 where there was a fault, otherwise 0."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--cases", type=int, default=cases)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for a case")
    parser.add_argument("--memory", type=float, default=4.0, help="address space of a process, GB")
    parser.add_argument(
        "--only", type=int, help="number of one case, tried in this process; its files are kept"
    )
    parser.add_argument("--keep", type=Path, help="folder for the files of cases with a fault")
    options = parser.parse_args()
    if options.only is not None:
        folder = Path(tempfile.mkdtemp(prefix=f"case_{options.only}_"))
        print(f"files in {folder}")
        print(case(Random(f"{options.seed} {options.only}"), folder))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        runner = _Runner(
            case, options.seed, Limits(options.limit, options.memory), Path(folder), options.keep
        )
        outcomes = runner.run(options.cases, options.jobs)
    return _report(outcomes, options.seed)


def _report(outcomes: Sequence[str], seed: int) -> int:
    faults = {n: text for n, text in enumerate(outcomes) if text.startswith(FAULTS)}
    kinds = Counter(text.split(":")[0] if n in faults else text for n, text in enumerate(outcomes))
    for text, count in kinds.most_common():
        print(f"{count:8d}  {text}")
    for text, numbers in _grouped(faults):
        print(f"FAULT {text}\n      {len(numbers)} case(s), the first is --seed {seed} --only {numbers[0]}")
    print(f"{len(outcomes)} cases, {len(faults)} with a fault")
    return 1 if faults else 0


def _grouped(faults: dict[int, str]) -> list[tuple[str, list[int]]]:
    """Faults that say the same, with the numbers of their cases; the most frequent first."""
    found: dict[str, list[int]] = {}
    for number, text in faults.items():
        found.setdefault(text, []).append(number)
    return sorted(found.items(), key=lambda item: -len(item[1]))


@dataclass
class _Worker:
    process: multiprocessing.process.BaseProcess
    connection: Connection
    number: int = -1
    """Of its case; -1 without one."""
    started: float = 0.0


class _Runner:
    """Shares cases out to processes, and starts a new one for each that hangs or crashes."""

    def __init__(self, case: Case, seed: int, limits: Limits, folder: Path, keep: Path | None) -> None:
        self._case, self._seed, self._limits, self._folder, self._keep = case, seed, limits, folder, keep
        self._context = multiprocessing.get_context("forkserver")

    def run(self, n_cases: int, n_workers: int) -> list[str]:
        """The outcomes, by number."""
        outcomes = [""] * n_cases
        waiting = iter(range(n_cases))
        workers: list[_Worker] = []
        with progress("cases", n_cases) as counter:
            for _ in range(min(n_workers, n_cases)):
                self._give(workers, self._start(), waiting)
            while workers:
                for worker, outcome in self._ended(workers):
                    outcomes[worker.number] = outcome
                    self._clear(worker.number, outcome)
                    counter.advance()
                    workers.remove(worker)
                    self._give(workers, worker if worker.process.is_alive() else self._start(), waiting)
        return outcomes

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        arguments = (self._case, self._seed, self._limits, self._folder, there)
        process = self._context.Process(target=_work, args=arguments, daemon=True)
        process.start()
        there.close()
        here.recv()  # it has imported what it needs, and a time limit can begin
        return _Worker(process, here)

    def _give(self, workers: list[_Worker], worker: _Worker, waiting: Iterator[int]) -> None:
        number = next(waiting, None)
        if number is None:
            _stop(worker)
            return
        worker.number, worker.started = number, time.monotonic()
        worker.connection.send(number)
        workers.append(worker)

    def _ended(self, workers: Sequence[_Worker]) -> list[tuple[_Worker, str]]:
        """Those whose case has ended or taken too long, with its outcome."""
        ready = wait([worker.connection for worker in workers], timeout=0.2)
        found = []
        for worker in workers:
            if worker.connection in ready:
                try:
                    found.append((worker, worker.connection.recv()))
                except EOFError:
                    worker.process.join()
                    found.append((worker, f"crash: exit code {worker.process.exitcode}"))
            elif time.monotonic() - worker.started > self._limits.seconds:
                _stop(worker)
                found.append((worker, f"hang: more than {self._limits.seconds:g} s"))
        return found

    def _clear(self, number: int, outcome: str) -> None:
        """Remove the files of a case, or keep those of one with a fault."""
        folder = self._folder / str(number)
        if self._keep is not None and outcome.startswith(FAULTS) and folder.exists():
            shutil.copytree(folder, self._keep / str(number), dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _stop(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()


def _work(case: Case, seed: int, limits: Limits, folder: Path, connection: Connection) -> None:
    """In a process of its own: numbers of cases come in, outcomes go out."""
    size = int(limits.gigabytes * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    connection.send("ready")
    while True:
        number = connection.recv()
        own = folder / str(number)
        own.mkdir()
        connection.send(outcome_of(case, seed, number, own))
