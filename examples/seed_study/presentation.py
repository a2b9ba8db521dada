"""The outcome as tables on the terminal and as a report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bars import bars_table, print_bars
from numpy.typing import NDArray
from rich.table import Table

from nnpot.figures import epoch_plots, plots
from nnpot.figures.report import CURVES, Report
from seed_study.outcome import ENERGY, FORCE, Outcome
from seed_study.study import Range

COLUMNS = ("energy RMSE (meV/atom)", "force RMSE (meV/Å)", "training (min)")


def print_outcome(outcome: Outcome, report: Path) -> bool:
    """Print the tables; whether no bar is missed beyond chance."""
    table = Table("The same test frames", title=f"\n{outcome.study.title}")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for row in _comparison(outcome):
        table.add_row(*row)
    return print_bars(table, outcome.bars(), report)


def write_report(outcome: Outcome, output: Path) -> Path:
    """report.html and its pictures."""
    report = Report(outcome.study.title)
    middle = outcome.middle
    report.text(
        f"Seeds: {len(outcome.seeds)}, each with weights and validation frames of its own. Errors are of the "
        f"exported models in the C++ core on {middle.errors.n_frames} test frames, which took no part in "
        f"training."
    )
    report.table(*bars_table(outcome.bars()))
    report.heading("Beside others on the same test frames")
    report.table(("potential", *COLUMNS), _comparison(outcome))
    _comparison_figures(report, outcome)
    report.heading("The seeds")
    report.table(("seed", *COLUMNS, "epochs", "kept: epoch", "stopped"), _seed_rows(outcome))
    _learning_curves(report, outcome)
    _groups(report, outcome)
    report.heading(f"The test frames with seed {middle.run.seed}{_why_this_one(outcome)}")
    report.predictions("test", middle.predictions)
    return report.write(output)


def _comparison(outcome: Outcome) -> list[tuple[str, ...]]:
    """Rows: name, errors of energies and forces, time."""
    rows: list[tuple[str, ...]] = [
        (other.name, _between(other.energy, ".2g"), _between(other.force, ".3g"), other.minutes)
        for other in outcome.study.published
    ]
    errors = [
        f"{outcome.median(name):.{digits}f}" + _spread(outcome.range(name), f".{digits}f")
        for name, digits in ((ENERGY, 2), (FORCE, 1))
    ]
    minutes = _between(outcome.minutes, ".2f" if outcome.minutes[0] < 2.0 else ".1f")
    return [*rows, (_own_name(outcome), *errors, minutes)]


def _why_this_one(outcome: Outcome) -> str:
    return ", the middle one by its error of forces" if len(outcome.seeds) > 1 else ""


def _own_name(outcome: Outcome) -> str:
    count = len(outcome.seeds)
    return "nnpot, this run" + (f": median of {count} seeds" if count > 1 else "")


def _between(values: Range, pattern: str) -> str:
    low, high = (format(value, pattern) for value in values)
    return low if low == high else f"{low} to {high}"


def _spread(values: Range, pattern: str) -> str:
    return "" if values[0] == values[1] else f" ({_between(values, pattern)})"


def _comparison_figures(report: Report, outcome: Outcome) -> None:
    own = _own_name(outcome).replace(": ", ":\n")
    names = [own, *(other.name.replace(", ", ",\n", 1) for other in outcome.study.published)]
    for label, kind, attribute in (
        ("Energy RMSE (meV/atom)", "energy", ENERGY),
        ("Force RMSE (meV/Å)", "force", FORCE),
    ):
        ranges = [outcome.range(attribute), *(getattr(other, kind) for other in outcome.study.published)]
        values = [outcome.median(attribute), *(sum(values) / 2 for values in ranges[1:])]
        caption = (
            f"{label} on the test frames; where there are several values, their median or middle and range."
        )
        report.figure(plots.bars(names, values, label, "{:.3g}", ranges), f"comparison_{kind}", caption)


def _seed_rows(outcome: Outcome) -> list[tuple[object, ...]]:
    return [
        (
            one.run.seed,
            f"{getattr(one.errors, ENERGY):.2f}",
            f"{getattr(one.errors, FORCE):.1f}",
            f"{one.run.minutes:.1f}",
            one.run.epochs,
            ", ".join(map(str, one.run.best_epochs)),
            one.run.stop,
        )
        for one in outcome.seeds
    ]


def _groups(report: Report, outcome: Outcome) -> None:
    """A table of medians over the seeds."""
    groups = outcome.seeds[0].errors.groups
    if not groups:
        return
    report.heading("Test frames by group, median of the seeds")
    rows = [
        (name, own.n_frames, f"{outcome.median(ENERGY, name):.2f}", f"{outcome.median(FORCE, name):.1f}")
        for name, own in groups.items()
    ]
    report.table(("group", "frames", *COLUMNS[:2]), rows)


def _learning_curves(report: Report, outcome: Outcome) -> None:
    """Of all seeds, as far as all of them ran."""
    logs = [_read_log(one.directory / "log.csv") for one in outcome.seeds]
    epochs = min(len(log["epoch"]) for log in logs)
    panels: dict[str, dict[str, NDArray[np.float64]]] = {}
    for label, column in CURVES.items():
        for part in ("train", "validation"):
            values = np.stack([log[f"{part}_{column}"][:epochs] for log in logs], axis=1)
            if np.isfinite(values).any():
                panels.setdefault(label, {})[part] = values
    caption = "Errors during training, means over the seeds; shaded is their range."
    report.figure(epoch_plots.learning_curve(np.arange(1, epochs + 1), panels), "learning_curve", caption)


def _read_log(file: Path) -> dict[str, NDArray[np.float64]]:
    log = np.atleast_1d(np.genfromtxt(file, delimiter=",", names=True))
    return {name: log[name] for name in log.dtype.names or ()}
