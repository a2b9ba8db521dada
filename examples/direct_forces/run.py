"""Forces put out by networks beside gradients of an energy: on the same data, on held-out frames.

python run.py --output DIR                 silicon from DFT and silica (at most 15 minutes on two idle cores)
python run.py --only silica --output DIR   one of them (silica needs no data), and a report on both
python run.py --quick --output DIR         little silicon, all steps (a minute)
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from command import command_line, exit_code, write_summary
from judgement import FILE, SHORT, Judged, Size, judge
from models import KINDS, train
from presentation import Outcome, print_outcome, write_report
from stages import stage
from systems import QUICK, SILICA, SILICON, System, silicon

from nnpot.io import read_frames


def main() -> int:
    """Run all parts; the exit codes are those of `command.EXIT_CODES`."""
    parser = command_line(__doc__, quick="a look at the steps, with data that are made on the way")
    parser.add_argument("--only", choices=("silicon", "silica"), help="one system")
    parser.add_argument("--data", type=Path, default=SILICON, help="folder of silicon's frames")
    arguments = parser.parse_args()
    systems = [
        system for system in (silicon(arguments.data), SILICA) if arguments.only in (None, system.name)
    ]
    if arguments.quick:
        systems = [QUICK]

    def example() -> bool:
        outcome = run(arguments.output, systems, arguments.quick)
        return print_outcome(outcome, write_report(outcome, arguments.output))

    return exit_code(example)


def run(output: Path, systems: Sequence[System], quick: bool) -> Outcome:
    """Data, four trainings, and measurements of each system; everything that is made lies in ``output``.

    The outcome has also what an earlier command has left there of other systems.
    """
    output.mkdir(parents=True, exist_ok=True)
    for system in systems:
        start, judged = sum(os.times()[:4]), _judged(system, output / system.name, quick)
        replace(judged, processor=sum(os.times()[:4]) - start).write(output / system.name)
    found = [output / name for name in ("quick", "silicon", "silica") if (output / name / FILE).exists()]
    outcome = Outcome([Judged.read(folder) for folder in found], quick)
    write_summary(output, outcome.to_dict())
    return outcome


def _judged(system: System, folder: Path, quick: bool) -> Judged:
    times: dict[str, float] = {}
    with stage("data", f"{system.title}: frames", times):
        system.prepare(folder)
    models = []
    for kind in KINDS:
        with stage(kind, f"{system.title}: training {kind}", times):
            models.append(train(kind, folder, system.gradients, system.epochs))
    train_frames, test_frames = (read_frames(folder / f"{part}.xyz") for part in ("train", "test"))
    with stage("judgement", f"{system.title}: held-out frames, rotations, loops, motion", times):
        return judge(system, models, len(train_frames), test_frames, SHORT if quick else Size(), times)


if __name__ == "__main__":
    sys.exit(main())
