"""Figures and report of a loop that was never run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from learning_setup import copper_config

from nnpot.analysis.predictions import Predictions
from nnpot.learning.exploration import Exploration, Explored, Trace, Verdict
from nnpot.learning.exploration import judge as judge_step
from nnpot.learning.figures import binned_errors
from nnpot.learning.judgement import Judged
from nnpot.learning.report import rounds_table, write_report, write_round_figures
from nnpot.learning.rounds import RoundFiles, RoundOutcome, StageOutcome
from nnpot.prediction import Prediction


def trace(n_looks: int, planned: int) -> Trace:
    time = 0.01 * np.arange(1, n_looks + 1)
    return Trace(planned, time, 300.0 + time, 0.1 + time, 2.0 * time, trusted=n_looks // 2)


def judged(n_frames: int) -> Judged:
    """Errors that are about as large as the spreads."""
    random = np.random.default_rng(0)
    frames, said = [], []
    for number in range(n_frames):
        frame = bulk("Cu", "fcc", a=3.6, cubic=True)
        forces = random.normal(size=(4, 3))
        frame.calc = SinglePointCalculator(frame, energy=-4.0 - number, forces=forces)
        frame.info["group"] = "a" if number % 2 else "b"
        frames.append(frame)
        said.append(Prediction(-4.0, forces + 0.1, None, np.zeros((3, 3)), np.ones(4), np.zeros((4, 3, 3))))
    spread = np.exp(random.normal(size=4 * n_frames))
    return Judged(Predictions(frames, said), spread, spread * np.exp(0.3 * random.normal(size=4 * n_frames)))


def outcome(number: int, trusted: bool = False) -> RoundOutcome:
    found = {"force_rmse_mev_per_angstrom": 100.0 / (1 + number), "energy_rmse_mev_per_atom": 2.0}
    return RoundOutcome(
        number=number,
        stages=[StageOutcome("hot", 0.5 + 0.2 * number, 3, 1)] if number else [],
        candidates=12 * number,
        near_duplicates=2,
        labelled=5 * number,
        failed=1,
        frames=20 + 5 * number,
        trained=not trusted,
        fresh=number == 0,
        test=found | {"groups": {"a": found, "b": found}},
        met=found if number else {},
        test_rank_correlation=0.7,
        rank_correlation=0.6 if number else None,
        trusted=trusted,
        seconds={"exploring": 60.0, "training": 30.0},
    )


def test_a_round_is_read_as_it_was_written(tmp_path: Path) -> None:
    files = RoundFiles.of(tmp_path, 2)
    assert files.folder.name == "round_02" and files.read() is None
    files.folder.mkdir()
    files.write(outcome(2))
    assert files.read() == outcome(2)


def test_the_report_holds_all_rounds(tmp_path: Path) -> None:
    config = copper_config(tmp_path)
    exploration = Exploration(
        [StageOutcome("hot", 0.5, 2, 1)], {"hot/1.1": trace(50, 50), "hot/1.2": trace(20, 50)}, []
    )
    for number in (1, 2):
        files = RoundFiles.of(tmp_path, number)
        files.folder.mkdir()
        write_round_figures(config, files, exploration, judged(6) if number == 1 else None)
    assert not (tmp_path / "round_02" / "calibration.png").exists(), "nothing was labelled"
    rounds = [outcome(0), outcome(1), outcome(2, trusted=True)]
    page = write_report(config, tmp_path, rounds, judged(40)).read_text()
    assert "every stage is trusted (asked for: 90 % of the steps)" in page
    assert "12 uncertain frames, of which 2 were left out as near-duplicates; 5 labels, 1 failed" in page
    n_pictures = len(list(tmp_path.glob("*.png"))) + 3
    assert page.count("<img") == n_pictures, "the report's own, and those of the rounds"
    titles, rows = rounds_table(rounds)
    assert len(rows) == 3 and all(len(row) == len(titles) for row in rows)
    assert rows[1][1] == "hot 70.0 %"


def test_bins_hold_equally_many_atoms_in_order() -> None:
    found = judged(60)
    middle, error = binned_errors(found.spread, found.error)
    assert len(middle) == 12 and (np.diff(middle) > 0.0).all()
    smallest = np.sort(found.spread)[:20]
    assert middle[0] == pytest.approx(np.sqrt(np.mean(smallest**2)))
    assert error[-1] > 3.0 * error[0]


def test_verdicts(tmp_path: Path) -> None:
    trust = copper_config(tmp_path).trust
    low, high = trust.force_spread.low, trust.force_spread.high
    assert judge_step(trust, 0.5 * low, 0.0) is Verdict.TRUSTED
    assert judge_step(trust, low, 0.0) is Verdict.UNCERTAIN
    assert judge_step(trust, 0.5 * low, trust.grade.low) is Verdict.UNCERTAIN
    assert judge_step(trust, high, 0.0) is Verdict.STOP
    assert judge_step(trust, 0.5 * low, trust.grade.high) is Verdict.STOP
    assert judge_step(trust, float("nan"), 0.0) is Verdict.STOP


def test_a_trajectory_is_read_as_it_was_written(tmp_path: Path) -> None:
    from nnpot.learning import exploration

    config = copper_config(tmp_path)
    (task,) = exploration._trajectories(config, [], config.exploration.stages[0], (0, 1, 0))
    frame = bulk("Cu", "fcc", a=3.6, cubic=True)
    frame.info["time"] = 0.25
    exploration._write(tmp_path, task, Explored(trace(20, 50), [frame]))
    read = exploration._read(tmp_path, task)
    for name, value in vars(trace(20, 50)).items():
        np.testing.assert_array_equal(getattr(read.trace, name), value)
    assert read.candidates[0].info["time"] == 0.25
    assert exploration._outcome(config.exploration.stages[0], [read.trace, trace(50, 50)]) == StageOutcome(
        "cold", 0.35, 2, 1
    )
