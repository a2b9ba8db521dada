"""The quick example with many seeds and sets of kernels: how far its figures are from their bars.

python seeds.py --output DIR                    12 seeds on the best kernels, 4 on each other set
python seeds.py --output DIR --run avx2:2       2 seeds on one set

A seed changes samples, network and simulations alike. What is finished in DIR is not run again.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from nnpot.errors import FileFormatError
from nnpot.study import count, exit_code, progress, write_json

HERE = Path(__file__).resolve().parent
BEST = "best"
SETS = (BEST, "avx512", "avx2", "generic")
STANDARD = ("best:12", "avx2:4", "generic:4")
HEADING = """# The demo with many seeds

Written by `python examples/silicon/seeds.py --output out/seeds --table docs/demo_seeds.md`: runs of the
quick version of [examples/silicon](../examples/silicon/README.md), each with random numbers of its own for
samples, network and simulations. The standard deviation over the seeds holds all that varies, the network
above all; the error that a run states is that of its simulations alone
([statistical errors](conventions.md#statistical-errors)).
"""
MARGIN = 3.0
"""Standard deviations between the mean of a figure and its bar."""


@dataclass(frozen=True)
class Run:
    """One run of the example."""

    seed: int
    code: int
    """Its exit code."""
    bars: list[dict[str, Any]]
    minutes: float


def main() -> int:
    """Run all; 0 when every run ended with 0 and all margins are wide enough, 1 if not, 2 after an error."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="folder of all runs")
    parser.add_argument(
        "--run",
        type=_set_and_seeds,
        action="append",
        metavar="SET:SEEDS",
        help=f"so many seeds on a set of kernels ({', '.join(SETS)}); {' '.join(STANDARD)} without it",
    )
    parser.add_argument("--table", type=Path, help="file for the tables (Markdown), beside standard output")
    options = parser.parse_args()
    wanted = dict(options.run or map(_set_and_seeds, STANDARD))

    def example() -> bool:
        found = run_all(wanted, options.output)
        text = "\n".join([HEADING, *(table(name, runs) for name, runs in found.items())])
        print(text)
        if options.table is not None:
            options.table.write_text(text, encoding="utf-8")
        return all(good(runs) for runs in found.values())

    return exit_code(example)


def _set_and_seeds(text: str) -> tuple[str, int]:
    name, _, number = text.partition(":")
    if name not in SETS:
        raise argparse.ArgumentTypeError(f"expected one of {', '.join(SETS)} and :SEEDS, got '{text}'")
    return name, count(number)


def run_all(wanted: Mapping[str, int], output: Path) -> dict[str, list[Run]]:
    """All runs of all sets, one after the other."""
    found: dict[str, list[Run]] = {name: [] for name in wanted}
    with progress("runs of the example", sum(wanted.values())) as bar:
        for name, seeds in wanted.items():
            for seed in range(1, seeds + 1):
                found[name].append(run_one(name, seed, output / f"{name}_{seed}"))
                bar.advance(1, last=f"{name}, seed {seed}, exit code {found[name][-1].code}")
    return found


def run_one(name: str, seed: int, folder: Path) -> Run:
    """A run in a process of its own, whose output is kept in its folder; or what is there."""
    done = folder / "run.json"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        chosen = {} if name == BEST else {"NNPOT_INSTRUCTION_SET": name}
        command = [sys.executable, HERE / "run.py", "--quick", "--seed", str(seed), "--output", folder]
        start = time.perf_counter()
        with open(folder / "log.txt", "w", encoding="utf-8") as log:
            code = subprocess.run(command, stdout=log, stderr=log, env=os.environ | chosen).returncode
        minutes = (time.perf_counter() - start) / 60.0
        if code not in (0, 1):
            raise FileFormatError(f"{folder / 'log.txt'}: seed {seed} on {name} ended with {code}; see there")
        write_json(done, {"code": code, "minutes": minutes})
    ended = json.loads(done.read_text(encoding="utf-8"))
    bars = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["bars"]
    return Run(seed, ended["code"], bars, ended["minutes"])


def margin(values: Sequence[float], bar: Mapping[str, Any]) -> float:
    """From the mean to the limit, in standard deviations over the seeds; infinite where nothing scatters."""
    room = float(bar["limit"] - np.mean(values)) * (-1.0 if bar["at_least"] else 1.0)
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return room / deviation if deviation > 0.0 else float(np.copysign(np.inf, room))


def good(runs: Sequence[Run]) -> bool:
    """Whether all ended with 0 and every bar is met with the margin."""
    return all(run.code == 0 for run in runs) and all(
        margin([run.bars[k]["value"] for run in runs], bar) >= MARGIN for k, bar in enumerate(runs[0].bars)
    )


def table(name: str, runs: Sequence[Run]) -> str:
    """What came out on one set of kernels."""
    codes = ", ".join(str(run.code) for run in runs)
    minutes = np.median([run.minutes for run in runs])
    lines = [
        f"## Kernels: {name}, {len(runs)} seeds",
        "",
        f"Exit codes: {codes}. Time of a run (median): {minutes:.1f} min.",
        "",
        "| figure | bar | mean over the seeds | standard deviation | worst | error of one, as stated | "
        "margin (standard deviations) |",
        "|---|---|---|---|---|---|---|",
    ]
    for number, bar in enumerate(runs[0].bars):
        values = [run.bars[number]["value"] for run in runs]
        errors = [run.bars[number]["error"] or 0.0 for run in runs]
        worst = min(values) if bar["at_least"] else max(values)
        deviation = np.std(values, ddof=1) if len(values) > 1 else float("nan")
        limit = f"{'≥' if bar['at_least'] else '≤'} {bar['limit']:g} {bar['unit']}".strip()
        lines.append(
            f"| {bar['name']} | {limit} | {np.mean(values):.3g} | {deviation:.2g} | {worst:.3g} | "
            f"{np.mean(errors):.2g} | {margin(values, bar):.1f} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
