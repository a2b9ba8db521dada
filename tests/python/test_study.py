"""Bars of studies, their verdicts and exit codes."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

import pytest
from example_modules import EXAMPLES, run_of

from nnpot.analysis.statistical_error import Estimate
from nnpot.errors import InvalidInputError
from nnpot.study import Bar, Results, Task, changed, conclusion, count, exit_code, positive, rows_of, seeded
from nnpot.study.bars import HEADER
from nnpot.training import TrainingConfig


@pytest.mark.parametrize(
    ("value", "error", "at_least", "verdict"),
    [
        (0.9, 0.0, False, "met"),
        (1.0, 0.0, False, "met"),
        (1.1, 0.0, False, "missed"),
        (1.1, 0.051, False, "missed within its error"),
        (1.1, 0.049, False, "missed"),
        (1.1, float("nan"), False, "missed"),
        (0.9, 5.0, False, "met"),
        (1.1, 0.0, True, "met"),
        (0.9, 0.0, True, "missed"),
        (0.9, 0.051, True, "missed within its error"),
        (0.9, 0.049, True, "missed"),
        (float("nan"), 0.1, False, "missed"),
        (float("nan"), float("nan"), True, "missed"),
    ],
)
def test_a_bar_is_missed_beyond_two_errors(value: float, error: float, at_least: bool, verdict: str) -> None:
    bar = Bar("a", value, 1.0, "", at_least, error)
    assert bar.verdict == verdict
    assert bar.passed == (verdict != "missed")
    assert bar.row[-1].endswith(verdict)


def test_tables_and_summaries_have_errors_and_verdicts() -> None:
    found = [
        Bar.of("drift", Estimate(0.0123, 0.004), 0.01, "meV/atom"),
        Bar("rank", 0.7, 0.6, "", True),
        Bar.of("alone", Estimate(2.0, float("nan")), 1.0, ""),
    ]
    rows = [bar.row for bar in found]
    assert rows[0] == ("drift", "0.0123 ± 0.004", "≤ 0.01", "meV/atom", "≈ missed within its error")
    assert rows[1] == ("rank", "0.7", "≥ 0.6", "", "✓ met")
    assert len(HEADER) == len(rows[0])
    summary = json.loads(json.dumps([bar.summary for bar in found], allow_nan=False))
    assert [bar["error"] for bar in summary] == [0.004, 0.0, None]
    assert [bar["passed"] for bar in summary] == [True, True, False]


def test_the_last_line_says_whether_it_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    met, unsure, missed = (
        Bar(name, v, 1.0, "", error=0.1) for name, v in zip("abc", (0.5, 1.1, 2.0), strict=True)
    )
    report = Path("out") / "report.html"
    for chosen, passed, expected in (
        ([met, met], True, "The potential is good: all 2 bars are met; the report is out/report.html."),
        ([met, unsure], True, "1 of 2 bars are met, the others missed by no more than chance (b); "),
        ([met, unsure, missed], False, "The potential is not good: 1 of 3 bars is missed (c); "),
        ([missed, missed], False, "2 of 2 bars are missed (c; c); "),
    ):
        table = ("results", ("", "SW"), [("C11", "151")])
        results = Results("A study", chosen, table, {}, lambda report: None)
        assert results.show(report.parent) is passed
        assert expected in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (True, 0),
        (False, 1),
        (InvalidInputError("no such thing\n  here"), 2),
        (FileNotFoundError(2, "No such file", "x.xyz"), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes(capsys: pytest.CaptureFixture[str], outcome: bool | BaseException, code: int) -> None:
    def example() -> bool:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    assert exit_code(example) == code
    assert len(capsys.readouterr().err.splitlines()) == (code > 1)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "two", "²", ""])
def test_counts_are_whole_numbers(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="whole number from 1 on"):
        count(text)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "two", ""])
def test_factors_are_positive_numbers(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="a number > 0"):
        positive(text)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/run.py")))
def test_every_example_explains_its_exit_codes_and_refuses_bad_options(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with run_of(EXAMPLES / name) as run:
        for options, code in ((["--help"], 0), (["--output", str(tmp_path), "--nonsense"], 2)):
            monkeypatch.setattr(sys, "argv", ["run.py", *options])
            with pytest.raises(SystemExit) as ended:
                run.main()
            assert ended.value.code == code
            found = capsys.readouterr()
            if code == 0:
                assert "Exit code: 0 when every bar is met" in " ".join(found.out.split())
        assert not list(tmp_path.iterdir())


def test_no_example_returns_0_whatever_was_missed() -> None:
    for file in EXAMPLES.glob("*/run.py"):
        assert "or options.quick" not in file.read_text(encoding="utf-8"), file


def test_seeds_are_told_apart_and_put_into_a_table(tmp_path: Path) -> None:
    with run_of(EXAMPLES / "silicon"):
        seeds = importlib.import_module("seeds")
    for number, (value, code) in enumerate([(0.010, 0), (0.012, 0), (0.011, 0)], 1):
        folder = tmp_path / f"best_{number}"
        folder.mkdir()
        found = [Bar("g(r)", value, 0.03, "", error=0.002), Bar("C", 1.0, 5.0, "%")]
        told = [bar.summary for bar in found]
        (folder / "summary.json").write_text(json.dumps({"bars": told}))
        (folder / "run.json").write_text(json.dumps({"code": code, "minutes": 3.0}))
    found = seeds.run_all({"best": 3}, tmp_path)["best"]
    text = seeds.table("best", found)
    assert "Exit codes: 0, 0, 0." in text
    assert "| g(r) | ≤ 0.03 | 0.011 | 0.001 | 0.012 | 0.002 | 19.0 |" in text
    assert "| C | ≤ 5 % | 1 | 0 | 1 | 0 | inf |" in text
    assert seeds.good(found)
    (tmp_path / "best_3" / "run.json").write_text(json.dumps({"code": 1, "minutes": 3.0}))
    assert not seeds.good(seeds.run_all({"best": 3}, tmp_path)["best"])
    with pytest.raises(argparse.ArgumentTypeError, match="expected one of best"):
        seeds._set_and_seeds("fast:3")


def say_something() -> int:
    """What a task does."""
    print("a bar of its own", file=sys.stderr)
    return 3


def test_tasks_show_no_progress_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert Task("a", "b", 1.0, say_something, ()).result() == 3
    assert capsys.readouterr().err == ""


def test_times_are_shown_and_never_judged() -> None:
    time = Bar.time("loop", Estimate(40.0, 1.0), 30.0, "min")
    assert time.passed and time.verdict == "not judged"
    assert time.row == ("loop", "40 ± 1", "≤ 30", "min", "· not judged")
    missed = Bar("a", 2.0, 1.0, "")
    assert conclusion([time, Bar("b", 0.5, 1.0, "")], "It") == "It is good: all 1 bars are met"
    assert conclusion([time, missed], "It") == "It is not good: 1 of 1 bars is missed (a)"
    assert conclusion([time], "It") == "It: nothing was asked for that could be missed"


def test_results_are_written_with_bars_and_times(tmp_path: Path) -> None:
    bars = [Bar.of("density", Estimate(2.2, float("nan")), 3.0, "g/cm³"), Bar.time("loop", 40.0, 30.0, "min")]
    table = ("results", ("", "SW"), [("C11", "151")])
    results = Results(
        "A study",
        bars,
        table,
        {"c11": 151.0},
        lambda r: r.heading("Structure"),
        "Of silicon.",
        times={"a": 60.0},
    )
    page = results.write(tmp_path).read_text(encoding="utf-8")
    assert "Of silicon. Time: a 60 s." in page and "<h2>Structure</h2>" in page and "not judged" in page
    found = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert found["c11"] == 151.0 and found["seconds"] == {"a": 60.0}
    assert [bar["verdict"] for bar in found["bars"]] == ["met", "not judged"]
    assert found["bars"][0]["error"] is None and results.show(tmp_path)


def test_rows_have_a_column_for_each_side() -> None:
    sides = ({"a": 1.0, "b": Estimate(2.0, 0.5)}, {"a": None, "b": "fell apart"})
    rows = rows_of(sides, ("first", ".2f", lambda s: s["a"]), ("second", ".1f", lambda s: s["b"]))
    assert rows == [("first", "1.00", ""), ("second", "2.0 ± 0.5", "fell apart")]


def test_settings_are_changed_by_section() -> None:
    values = {"data": {"train": ["a.xyz"]}, "descriptor": {"cutoff": 5.0}}
    config = TrainingConfig.model_validate(values)
    found = changed(
        config, {"training": {"epochs": 3}, "data": {"train": [Path("b.xyz")]}, "long_range": None}
    )
    assert found.training.epochs == 3 and found.data.train == [Path("b.xyz")]
    assert found.network == config.network and found.data.seed == config.data.seed
    again = seeded(found, 7)
    assert (again.data.seed, again.training.seed, again.training.epochs) == (7, 7, 3)
