"""Forces put out by networks beside gradients of an energy: on the same data, on held-out frames.

python run.py --output DIR                 silicon from DFT and silica (at most 15 minutes on two idle cores)
python run.py --only silica --output DIR   one of them (silica needs no data), and a report on both
python run.py --quick --output DIR         little silicon, all steps (a minute)
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from judgement import FILE, SHORT, Judged, Size, judge
from models import KINDS, train
from presentation import Outcome, results
from systems import QUICK, SILICA, SILICON, System, silicon

from nnpot.io import read_frames
from nnpot.study import command_line, exit_code, stage


def main() -> int:
    """Run all parts; the exit codes are those of `nnpot.study.EXIT_CODES`."""
    parser = command_line(__doc__, quick="a look at the steps, with data that are made on the way")
    parser.add_argument("--only", choices=("silicon", "silica"), help="one system")
    parser.add_argument("--data", type=Path, default=SILICON, help="folder of silicon's frames")
    options = parser.parse_args()
    whole = [system for system in (silicon(options.data), SILICA) if options.only in (None, system.name)]
    systems = [QUICK] if options.quick else whole
    return exit_code(lambda: results(run(options.output, systems, options.quick)).show(options.output))


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
    results(outcome).write(output)
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
