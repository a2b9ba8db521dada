"""The outcome as tables and as a report."""

import numpy as np
from numpy.typing import NDArray
from outcome import ENERGY, FORCE, Outcome
from study import Range

from nnpot.figures import epoch_plots, plots
from nnpot.figures.report import Report
from nnpot.study import Results, read_log

COLUMNS = ("energy RMSE (meV/atom)", "force RMSE (meV/Å)", "training (min)")
LEARNING = {"Energy RMSE (meV/atom)": ENERGY, "Force RMSE (meV/Å)": FORCE}
LEARNING |= {"Stress RMSE (GPa)": "stress_rmse_gpa", "Loss": "loss"}
"""Panels, and their columns of log.csv, after ``train_`` or ``validation_``."""


def results(outcome: Outcome) -> Results:
    """The outcome, ready to be shown and written."""
    n_frames = outcome.middle.errors.n_frames
    return Results(
        title=outcome.study.title,
        bars=outcome.bars(),
        table=(outcome.study.title, ("The same test frames", *COLUMNS), _comparison(outcome)),
        summary=outcome.summary(),
        sections=lambda report: _sections(report, outcome),
        text=f"Seeds: {len(outcome.seeds)}, each with weights and validation frames of its own. Errors are "
        f"of the exported models in the C++ core on {n_frames} test frames, which took no part in training.",
    )


def _sections(report: Report, outcome: Outcome) -> None:
    report.heading("Beside others on the same test frames")
    report.table(("potential", *COLUMNS), _comparison(outcome))
    _comparison_figures(report, outcome)
    report.heading("The seeds")
    report.table(("seed", *COLUMNS, "epochs", "kept: epoch", "stopped"), _seed_rows(outcome))
    _learning_curves(report, outcome)
    _groups(report, outcome)
    middle = outcome.middle
    why = ", the middle one by its error of forces" if len(outcome.seeds) > 1 else ""
    report.heading(f"The test frames with seed {middle.run.seed}{why}")
    report.predictions("test", middle.predictions)


def _comparison(outcome: Outcome) -> list[tuple[str, ...]]:
    """Rows: name, errors of energies and forces, time."""
    rows: list[tuple[str, ...]] = [
        (other.name, _between(other.energy, ".2g"), _between(other.force, ".3g"), other.minutes)
        for other in outcome.study.published
    ]
    errors = []
    for name, pattern in ((ENERGY, ".2f"), (FORCE, ".1f")):
        spread = outcome.range(name)
        scatter = "" if spread[0] == spread[1] else f" ({_between(spread, pattern)})"
        errors.append(f"{outcome.median(name):{pattern}}{scatter}")
    minutes = _between(outcome.minutes, ".2f" if outcome.minutes[0] < 2.0 else ".1f")
    return [*rows, (_name(outcome), *errors, minutes)]


def _name(outcome: Outcome) -> str:
    count = len(outcome.seeds)
    return "nnpot, this run" + (f": median of {count} seeds" if count > 1 else "")


def _between(values: Range, pattern: str) -> str:
    low, high = (format(value, pattern) for value in values)
    return low if low == high else f"{low} to {high}"


def _comparison_figures(report: Report, outcome: Outcome) -> None:
    others = outcome.study.published
    names = [_name(outcome).replace(": ", ":\n"), *(o.name.replace(", ", ",\n", 1) for o in others)]
    for label, kind, attribute in (
        ("Energy RMSE (meV/atom)", "energy", ENERGY),
        ("Force RMSE (meV/Å)", "force", FORCE),
    ):
        ranges = [outcome.range(attribute), *(getattr(other, kind) for other in others)]
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
    """The curves of all seeds, as far as all of them ran."""
    logs = [read_log(one.directory / "log.csv") for one in outcome.seeds]
    epochs = min(len(log["epoch"]) for log in logs)
    panels: dict[str, dict[str, NDArray[np.float64]]] = {}
    for label, column in LEARNING.items():
        for part in ("train", "validation"):
            values = np.stack([log[f"{part}_{column}"][:epochs] for log in logs], axis=1)
            if np.isfinite(values).any():
                panels.setdefault(label, {})[part] = values
    caption = "Errors during training, means over the seeds; shaded is their range."
    report.figure(epoch_plots.learning_curve(np.arange(1, epochs + 1), panels), "learning_curve", caption)
