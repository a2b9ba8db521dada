"""Networks for given data, trained with several seeds, beside what others reached on the same data.

python run.py dft_silicon            the data of Zuo et al. (2020); three seeds, at most half an hour each
python run.py sw_silicon_training    216 frames of Stillinger-Weber silicon; the same
python run.py STUDY --quick          three seeds, minutes

Models are judged on the test frames at the end; the same command goes on where it was broken off.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from outcome import Outcome, judge
from presentation import results
from seeds import train_seed
from study import STUDIES, Study

from nnpot.errors import InvalidInputError
from nnpot.study import changed, command_line, count, exit_code
from nnpot.training import TrainingConfig, load_config, load_frames


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and judge all seeds; the exit codes are those of `nnpot.study.EXIT_CODES`."""
    parser = command_line(__doc__, output=Path())
    parser.add_argument("study", choices=STUDIES, help="which data")
    parser.add_argument("--data", type=Path, help="folder of the data")
    parser.add_argument("--seeds", type=count, default=3, help="how many seeds (default: %(default)s)")
    parser.add_argument("--config", type=Path, help="another configuration, whose data.train is not used")
    parser.set_defaults(output=None)
    options = parser.parse_args(arguments)
    study = STUDIES[options.study]
    output = options.output or Path("out") / f"{study.name}{'_quick' if options.quick else ''}"

    def example() -> bool:
        outcome = run(study, options, output)
        found = results(outcome)
        found.write(output)
        return found.show(output)

    return exit_code(example)


def run(study: Study, options: argparse.Namespace, output: Path) -> Outcome:
    """Train and judge all seeds.

    Raises
    ------
    KeyboardInterrupt
        If a training was interrupted.
    """
    train_file, test_file = study.files(options.data or study.data)
    config = load_config(options.config or study.config_file)
    if options.quick and options.config is None:
        config = changed(config, study.quick_changes)
    config = changed(config, {"data": {"train": [train_file.resolve()]}})
    _require_untouched_test(config, test_file)
    output.mkdir(parents=True, exist_ok=True)
    runs = []
    for seed in range(1, options.seeds + 1):
        print(f"Training with seed {seed} of {options.seeds} ...", flush=True)
        done = train_seed(config, seed, output / f"seed_{seed}")
        if done is None:
            raise KeyboardInterrupt
        print(done.line, flush=True)
        runs.append(done)
    print(f"Evaluating on {test_file} ...", flush=True)
    frames = load_frames(changed(config, {"data": {"test": [test_file]}}).data).test
    judged = [judge(one, output / f"seed_{one.seed}", frames, test_file) for one in runs]
    goal = study.quick_goal if options.quick else study.goal
    return Outcome(study, goal, config, test_file, judged)


def _require_untouched_test(config: TrainingConfig, test_file: Path) -> None:
    files = {path.resolve() for path in [*config.data.validation, *config.data.test]}
    if test_file.resolve() in files:
        raise InvalidInputError(f"{test_file}: is for the end, but the configuration names it; take it out")


if __name__ == "__main__":
    sys.exit(main())
