"""Figures of a round, and the report of all rounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from nnpot.figures.page import Page
from nnpot.figures.sections import add_predictions
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
    page = Page("Learning what the committee does not know")
    last = rounds[-1]
    minutes = sum(sum(outcome.seconds.values()) for outcome in rounds) / 60.0
    how = "every stage is trusted" if last.trusted else "not every stage is trusted yet"
    page.text(
        f"{last.number} rounds in {minutes:.1f} minutes, {last.frames} frames with labels; {how} "
        f"(asked for: {100.0 * config.trust.share:g} % of the steps)."
    )
    page.figure(
        progress_figure(rounds, config.trust.share),
        "rounds",
        "Force errors of the committee's mean, on test frames after the training of each round and on the "
        "frames that the round labelled, before it learned them; share of the planned steps that were "
        "trusted, by stage; frames with labels.",
    )
    page.table(*rounds_table(rounds))
    if test is not None:
        page.heading("Test frames, last committee")
        add_predictions(page, "test", test.predictions)
        page.figure(
            calibration_figure({"test frames": test}),
            "calibration",
            "Spread of the committee and true error of the force on each atom of the test frames.",
        )
    for outcome in rounds[1:]:
        _add_round(page, RoundFiles.of(directory, outcome.number), outcome)
    page.heading("Configuration")
    page.code(config.fingerprint())
    return page.write(directory)


def rounds_table(rounds: Sequence[RoundOutcome]) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """The titles of a table, and a row per round."""
    return tuple(COLUMNS), [tuple(cell(outcome) for cell in COLUMNS.values()) for outcome in rounds]


def _number(value: float | None, pattern: str) -> str:
    return "" if value is None else format(value, pattern)


COLUMNS: dict[str, Callable[[RoundOutcome], object]] = {
    "round": lambda r: r.number,
    "trusted steps": lambda r: ", ".join(f"{stage.name} {100.0 * stage.share:.1f} %" for stage in r.stages),
    "stopped runs": lambda r: sum(stage.stopped for stage in r.stages) if r.stages else "",
    "uncertain": lambda r: r.candidates,
    "labelled": lambda r: r.labelled,
    "failed": lambda r: r.failed,
    "frames": lambda r: r.frames,
    "test: forces (meV/Å)": lambda r: _number(r.test.get(FORCES), ".1f"),
    "energy (meV/atom)": lambda r: _number(r.test.get(ENERGY), ".2f"),
    "rank correlation": lambda r: _number(r.test_rank_correlation, ".2f"),
    "minutes": lambda r: f"{sum(r.seconds.values()) / 60.0:.1f}",
}
"""The cells of a round by the titles of their columns."""


def _add_round(page: Page, files: RoundFiles, outcome: RoundOutcome) -> None:
    page.heading(f"Round {outcome.number}")
    started = "with new functions and weights" if outcome.fresh else "from the weights before"
    done = f"{outcome.labelled} labels, {outcome.failed} failed" + (
        f"; trained {started}." if outcome.trained else "; not trained again."
    )
    page.text(
        f"{outcome.candidates} uncertain frames, of which {outcome.near_duplicates} were left out as "
        f"near-duplicates; {done}"
    )
    for name, caption in CAPTIONS.items():
        picture = files.folder / f"{name}.png"
        if picture.exists():
            page.picture(picture.read_bytes(), WIDTH, caption)
