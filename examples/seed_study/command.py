"""The command line of a study: train all seeds, judge them at the end, report."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from command import EXIT_CODES, count, exit_code

from nnpot.errors import InvalidInputError
from nnpot.training import TrainingConfig, load_config
from seed_study.outcome import Outcome, frames_to_judge_by, judge, write_summary
from seed_study.presentation import print_outcome, write_report
from seed_study.seeds import SeedRun, train_seed
from seed_study.study import Study


def main(study: Study, arguments: Sequence[str] | None = None) -> int:
    """Run a study; the exit codes are those of `command.EXIT_CODES`."""
    options = _options(study, arguments)
    quick = "_quick" if options.quick else ""
    output = options.output or Path("out") / f"{study.name}{quick}"

    def example() -> bool:
        outcome = run(study, options, output)
        if outcome is None:
            raise KeyboardInterrupt
        write_summary(outcome, output)
        return print_outcome(outcome, write_report(outcome, output))

    return exit_code(example)


def run(study: Study, options: argparse.Namespace, output: Path) -> Outcome | None:
    """Train and judge all seeds; None when interrupted."""
    train_file, test_file = study.files(options.data)
    config_file = options.config or study.inputs / ("quick.yaml" if options.quick else "train.yaml")
    config = load_config(config_file)
    data = config.data.model_copy(update={"train": [train_file.resolve()]})
    config = config.model_copy(update={"data": data})
    _require_untouched_test(config, test_file)
    output.mkdir(parents=True, exist_ok=True)
    runs = []
    for seed in range(1, options.seeds + 1):
        print(f"Training with seed {seed} of {options.seeds} ...", flush=True)
        done = train_seed(config, seed, _directory(output, seed))
        if done is None:
            return None
        print(_line(done), flush=True)
        runs.append(done)
    print(f"Evaluating on {test_file} ...", flush=True)
    frames = frames_to_judge_by(config, test_file)
    judged = [judge(one, _directory(output, one.seed), frames, test_file) for one in runs]
    goal = study.quick_goal if options.quick else study.goal
    return Outcome(study, goal, config, test_file, judged)


def _require_untouched_test(config: TrainingConfig, test_file: Path) -> None:
    files = {path.resolve() for path in [*config.data.validation, *config.data.test]}
    if test_file.resolve() in files:
        raise InvalidInputError(f"{test_file}: is for the end, but the configuration names it; take it out")


def _directory(output: Path, seed: int) -> Path:
    return output / f"seed_{seed}"


def _line(run: SeedRun) -> str:
    part = "validation" if "validation" in run.errors else "train"
    errors = run.errors[part]
    found = [
        f"{errors[name]:.3g} {unit}"
        for name, unit in (
            ("energy_rmse_mev_per_atom", "meV/atom"),
            ("force_rmse_mev_per_angstrom", "meV/Å"),
        )
        if name in errors
    ]
    return f"  {run.epochs} epochs in {run.minutes:.1f} min; {part} frames: {', '.join(found)}"


def _options(study: Study, arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=f"{study.title}: trains with several seeds and judges the models on {study.test_file}. "
        "The same command goes on where it was broken off.",
        epilog=EXIT_CODES,
    )
    parser.add_argument(
        "--data", type=Path, default=study.data, help="folder of the data (default: %(default)s)"
    )
    parser.add_argument("--output", type=Path, help=f"folder of the results (default: out/{study.name})")
    parser.add_argument("--seeds", type=count, default=3, help="how many seeds (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="the quick version: quick.yaml")
    parser.add_argument("--config", type=Path, help="another configuration, whose data.train is not used")
    return parser.parse_args(arguments)
