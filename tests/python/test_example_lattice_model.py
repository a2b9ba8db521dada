"""examples/lattice_model, on a few points."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from example_modules import EXAMPLES, run_of

from nnpot.study import read_yaml

EXAMPLE = EXAMPLES / "lattice_model"


@pytest.fixture
def example() -> Iterator[tuple[ModuleType, ModuleType]]:
    with run_of(EXAMPLE) as run:
        yield run, sys.modules["study"]


def test_the_quick_study_runs_through(example: tuple[ModuleType, ModuleType], tmp_path: Path) -> None:
    run, study = example
    settings = read_yaml(study.Study, EXAMPLE / "quick.yaml")
    outcome = run.run(settings, tmp_path, quick=True)
    found = json.loads((tmp_path / "summary.json").read_text())
    assert [one["name"] for one in found["networks"]["one_width"]] == [
        one.name for one in settings.one_width.experiments
    ]
    labelled, constant = outcome.one_width.trained[1], outcome.one_width.error_of_a_constant
    assert labelled.error < 0.4 * constant  # over ten seeds 0.12 with a standard deviation of 0.05
    assert all(bar["passed"] for bar in found["bars"]) and len(found["bars"]) == 4
    assert 0.05 < found["scatter_by_translation"] < constant
    pictures = {path.stem for path in tmp_path.glob("*.png")}
    assert {"potential_equation-6", "one_drag", "range_parity", "range_energy_by_width"} <= pictures
    assert "Six tests of modified-lennard-jones" in (tmp_path / "report.html").read_text()
    again, seconds = run._database(settings.one_width, tmp_path / "one_width.h5")
    assert seconds == 0.0 and len(again) == len(outcome.one_width.database)


def test_the_study_is_what_the_readme_describes(example: tuple[ModuleType, ModuleType]) -> None:
    settings = read_yaml(example[1].Study, EXAMPLE / "study.yaml")
    assert settings.one_width.database.points == 25_000
    assert settings.range_of_widths.database.widths == (1.5, 10.0)
    linear = settings.one_width.experiments[0].network
    assert linear.hidden == () and linear.learning_rate == 1e-5 and linear.loss == "absolute"
