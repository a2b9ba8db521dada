"""The lattice model: potentials judged, databases generated, networks trained on them and dragged through.

python run.py --output DIR           the study of the README (about ten minutes on two cores)
python run.py --quick --output DIR   the same in seconds, to see that it works
"""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import networks
import speed
from drag import eventful_path, follow
from presentation import Outcome, PartOutcome, results
from study import Part, Study

from nnpot.lattice.database import Database, read_database
from nnpot.lattice.diagnostics import diagnose
from nnpot.lattice.generate import generate
from nnpot.lattice.model import FORMS, LatticePotential
from nnpot.study import command_line, exit_code, read_yaml

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run all stages; the exit codes are those of `nnpot.study.EXIT_CODES`."""
    options = command_line(__doc__).parse_args()

    def example() -> bool:
        study = read_yaml(Study, HERE / ("quick.yaml" if options.quick else "study.yaml"))
        return results(run(study, options.output, options.quick)).show(options.output)

    return exit_code(example)


def run(study: Study, output: Path, quick: bool = False) -> Outcome:
    """Judge potentials, generate, train, drag and report; everything that is made lies in ``output``."""
    output.mkdir(parents=True, exist_ok=True)
    print("Testing the four potentials ...", flush=True)
    tests = {form: diagnose(LatticePotential(form=form)) for form in FORMS}
    times = speed.measure()
    one = _part("One width", study.one_width, study, output / "one_width.h5")
    one = replace(one, scatter=networks.scatter_by_translation(one.database))
    many = _part("A range of widths", study.range_of_widths, study, output / "range_of_widths.h5")
    outcome = Outcome(study, tests, times, one, many, quick)
    results(outcome).write(output)
    return outcome


def _part(title: str, part: Part, study: Study, file: Path) -> PartOutcome:
    print(f"{title}: generating {part.database.points} points ...", flush=True)
    database, seconds = _database(part, file)
    print(f"{title}: training {len(part.experiments)} networks on {len(database)} points ...", flush=True)
    trained = networks.train_all(part, database, file.with_suffix(""))
    judged = [one for one in trained if one.experiment.count == part.database.count]
    drags = {}
    for width in _drag_widths(part):
        path = eventful_path(database, width, study.drag_places)
        drags[f"width {width:.3g} R_c"] = follow(path, judged)
    return PartOutcome(part, database, trained, drags, seconds)


def _drag_widths(part: Part) -> list[float]:
    """The only width, or two around that of the document's own test."""
    widths = part.database.all_widths
    return [float(widths[number]) for number in sorted({len(widths) // 3, len(widths) // 2})]


def _database(part: Part, file: Path) -> tuple[Database, float]:
    """Generate, or take what an earlier run has generated; the seconds that it took, 0 for the latter."""
    if file.exists():
        found = read_database(file)
        if found.settings == part.database.model_dump(mode="json"):
            return found, 0.0
    start = time.perf_counter()
    return generate(part.database, file), time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
