"""Figures of a round, and the report of all rounds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nnpot.figures.report import Report
from nnpot.learning.config import LearningConfig
from nnpot.learning.exploration import Exploration
from nnpot.learning.figures import ENERGY, FORCES, calibration_figure, progress_figure, spread_figure
from nnpot.learning.judgement import Judged
from nnpot.learning.rounds import RoundFiles, RoundOutcome
from nnpot.support.files import atomic_write

WIDTH = 800  # of a round's pictures, pixels

CAPTIONS = {
    "spread": "Largest force spread and largest grade of extrapolation along the runs of the round; a cross "
    "where a run was stopped. Lines: below the lower one a step is trusted, above the upper one a run stops.",
    "calibration": "Spread and true error of the force on each atom of the frames labelled in this round, "
    "which the committee had not seen.",
}


def write_round_figures(
    config: LearningConfig, files: RoundFiles, exploration: Exploration, met: Judged | None
) -> None:
    """``spread.png`` and, where frames were labelled, ``calibration.png`` in the folder of the round."""
    figures = {"spread": spread_figure(exploration.traces, config.trust)}
    if met is not None:
        figures["calibration"] = calibration_figure({"labelled in this round": met})
    for name, figure in figures.items():
        with atomic_write(files.folder / f"{name}.png", "wb") as stream:
            figure.savefig(stream, format="png", dpi=160)


def write_report(
    config: LearningConfig, directory: Path, rounds: Sequence[RoundOutcome], test: Judged | None
) -> Path:
    """``report.html`` of all rounds so far."""
    report = Report("Learning what the committee does not know")
    last = rounds[-1]
    minutes = sum(sum(outcome.seconds.values()) for outcome in rounds) / 60.0
    how = "every stage is trusted" if last.trusted else "not every stage is trusted yet"
    report.text(
        f"{last.number} rounds in {minutes:.1f} minutes, {last.frames} frames with labels; {how} "
        f"(asked for: {100.0 * config.trust.share:g} % of the steps)."
    )
    report.figure(
        progress_figure(rounds, config.trust.share),
        "rounds",
        "Force errors of the committee's mean, on test frames after the training of each round and on the "
        "frames that the round labelled, before it learned them; share of the planned steps that were "
        "trusted, by stage; frames with labels.",
    )
    report.table(*rounds_table(rounds))
    if test is not None:
        report.heading("Test frames, last committee")
        report.predictions("test", test.predictions)
        report.figure(
            calibration_figure({"test frames": test}),
            "calibration",
            "Spread of the committee and true error of the force on each atom of the test frames.",
        )
    for outcome in rounds[1:]:
        _add_round(report, RoundFiles.of(directory, outcome.number), outcome)
    report.heading("Configuration")
    report.code(config.fingerprint())
    return report.write(directory)


def rounds_table(rounds: Sequence[RoundOutcome]) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Titles and a row per round."""
    titles = (
        "round",
        "trusted steps",
        "stopped runs",
        "uncertain",
        "labelled",
        "failed",
        "frames",
        "test: forces (meV/Å)",
        "energy (meV/atom)",
        "rank correlation",
        "minutes",
    )
    return titles, [_row(outcome) for outcome in rounds]


def _row(outcome: RoundOutcome) -> tuple[object, ...]:
    def number(value: float | None, pattern: str) -> str:
        return "" if value is None else format(value, pattern)

    return (
        outcome.number,
        ", ".join(f"{stage.name} {100.0 * stage.share:.1f} %" for stage in outcome.stages),
        sum(stage.stopped for stage in outcome.stages) if outcome.stages else "",
        outcome.candidates,
        outcome.labelled,
        outcome.failed,
        outcome.frames,
        number(outcome.test.get(FORCES), ".1f"),
        number(outcome.test.get(ENERGY), ".2f"),
        number(outcome.test_rank_correlation, ".2f"),
        f"{sum(outcome.seconds.values()) / 60.0:.1f}",
    )


def _add_round(report: Report, files: RoundFiles, outcome: RoundOutcome) -> None:
    report.heading(f"Round {outcome.number}")
    started = "with new functions and weights" if outcome.fresh else "from the weights before"
    done = f"{outcome.labelled} labels, {outcome.failed} failed" + (
        f"; trained {started}." if outcome.trained else "; not trained again."
    )
    report.text(
        f"{outcome.candidates} uncertain frames, of which {outcome.near_duplicates} were left out as "
        f"near-duplicates; {done}"
    )
    for name, caption in CAPTIONS.items():
        picture = files.folder / f"{name}.png"
        if picture.exists():
            report.picture(picture.read_bytes(), WIDTH, caption)
