"""runs.csv: nothing that was measured is lost, and nothing is mixed with other measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from benchmark_runs import made_up

from nnpot.benchmark.records import Ledger, Task, read_runs
from nnpot.errors import FileFormatError, InvalidInputError


def settings(**others: Any) -> dict[str, Any]:
    return {
        "seconds": 5.0,
        "machine": {"processor": "p"},
        "cases": {"sw": {"pair": ["pair_style sw"]}},
    } | others


def test_runs_come_back_as_they_were(tmp_path: Path) -> None:
    runs = [made_up("a model, precise", 1, 12.5, stages={"radial": 2.5}), made_up("sw", 1, 0.5)]
    ledger = Ledger(tmp_path, settings())
    for run in runs:
        ledger.add(run)
    assert read_runs(tmp_path / "runs.csv") == runs
    assert Ledger(tmp_path, settings()).runs == runs


def test_every_run_is_in_the_file_at_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, settings())
    for number in (1, 2):
        ledger.add(made_up("sw", number, 0.5))
        assert len(read_runs(tmp_path / "runs.csv")) == number


def test_only_runs_that_are_not_there_are_missing(tmp_path: Path) -> None:
    Ledger(tmp_path, settings()).add(made_up("sw", 1, 0.5))
    tasks = [Task("sw", 64, 1, 1), Task("sw", 64, 2, 1), Task("sw", 64, 1, 2)]
    assert Ledger(tmp_path, settings()).missing(tasks) == tasks[1:]
    assert Ledger(tmp_path, settings(), fresh=True).missing(tasks) == tasks


def test_a_line_that_was_cut_off_is_measured_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ledger = Ledger(tmp_path, settings())
    ledger.add(made_up("sw", 1, 0.5))
    with open(tmp_path / "runs.csv", "a") as stream:
        stream.write("sw,64,1,2,64,1")
    again = Ledger(tmp_path, settings())
    assert [run.round for run in again.runs] == [1]
    assert "runs.csv:3: the last line is left out, it is not a run" in caplog.text
    caplog.clear()
    Ledger(tmp_path, settings())
    assert not caplog.records
    again.add(made_up("sw", 2, 0.5))
    assert [run.round for run in read_runs(tmp_path / "runs.csv")] == [1, 2]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, settings())
    ledger.add(made_up("sw", 1, 0.5))
    ledger.add(made_up("sw", 2, 0.5))
    file = tmp_path / "runs.csv"
    file.write_text(file.read_text().replace("sw,64,1,1", "sw,many,1,1"))
    with pytest.raises(FileFormatError, match=r"runs\.csv:2: .*do not fit its check"):
        Ledger(tmp_path, settings())


@pytest.mark.parametrize("row", ["1" * 200_000, '"sw,64', "", ","])
def test_whatever_the_damage_it_is_named(tmp_path: Path, row: str) -> None:
    ledger = Ledger(tmp_path, settings())
    ledger.add(made_up("sw", 1, 0.5))
    header, good = ledger.path.read_text().splitlines()
    ledger.path.write_text("\n".join([header, row, good, ""]))
    with pytest.raises(FileFormatError, match=r"runs\.csv:2: is not a run"):
        read_runs(ledger.path)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs.csv").write_text("time,energy\n")
    with pytest.raises(
        FileFormatError, match=r"runs\.csv:1: expected .*; name another --output, or give --fresh"
    ):
        Ledger(tmp_path, settings())


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ({"seconds": 1.0}, "another seconds: 5.0, now 1.0"),
        ({"machine": {"processor": "q"}}, "another machine"),
        ({"cases": {"sw": {"pair": ["pair_style sw threebody off"]}}}, "another potential 'sw'"),
    ],
)
def test_runs_of_other_settings_are_not_continued(tmp_path: Path, others: dict[str, Any], says: str) -> None:
    Ledger(tmp_path, settings()).add(made_up("sw", 1, 0.5))
    with pytest.raises(InvalidInputError, match=says):
        Ledger(tmp_path, settings(**others))
    assert not Ledger(tmp_path, settings(**others), fresh=True).runs


def test_a_potential_may_be_added(tmp_path: Path) -> None:
    Ledger(tmp_path, settings()).add(made_up("sw", 1, 0.5))
    Ledger(tmp_path, settings(cases={"snap": {"pair": ["pair_style snap"]}}))
    with pytest.raises(InvalidInputError, match="'sw'"):
        Ledger(tmp_path, settings(cases={"sw": {"pair": ["pair_style sw/mod"]}}))
