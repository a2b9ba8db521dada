"""What is shown of a benchmark: table, CSV, JSON, figures, page; from runs that were made up."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from benchmark_runs import made_up

from nnpot.benchmark.cases import wheel_case
from nnpot.benchmark.md import Benchmark, Settings, Subject
from nnpot.benchmark.md_report import Presentation, notes, stages
from nnpot.benchmark.records import Run
from nnpot.benchmark.systems import System
from nnpot.errors import InvalidInputError

LABELS = {"sw": 1.0, "pod": 20.0, "zero": 0.0001}


def benchmark(**others: float) -> Benchmark:
    runs: list[Run] = []
    for number in (1, 2, 3):
        for size in (64, 512):
            for ranks in (1, 2):
                for label, pair in LABELS.items():
                    parts = {"list": 0.25 * pair, "sums": 0.5 * pair} if label == "pod" else {}
                    time = pair * (1.0 + 0.1 * number) / ranks
                    runs.append(made_up(label, number, time, size, ranks, stages=parts, **others))
    system = System("block", ("Si",), None, Path("block.data"))  # type: ignore[arg-type]
    subjects = [Subject(wheel_case(label, 6.0), system, 5.0, 26.0, pair) for label, pair in LABELS.items()]
    settings = Settings((), tuple(LABELS), sizes=(64, 512), ranks=(1, 2), repeat=3)
    return Benchmark(settings, {"processor": "abacus"}, subjects, runs, {"uf3": "LAMMPS: no such file"})


def shown(reference: str = "sw", **others: float) -> Presentation:
    return Presentation(benchmark(**others), reference, False, ["nnpot", "benchmark", "md", "-o", "a b"])


def test_every_file_is_there(tmp_path: Path) -> None:
    page = shown().write(tmp_path)
    text = page.read_text(encoding="utf-8")
    for word in ("abacus", "uf3: LAMMPS: no such file", "runs on Ta (bcc)", "pair_style sw", "a b"):
        assert word in text
    pictures = {path.name for path in tmp_path.glob("*.png")}
    sizes = {f"cost_{size}_atoms_{ranks}_ranks.png" for size in (64, 512) for ranks in (1, 2)}
    assert pictures == sizes | {
        "cost_against_size.png",
        "speed_up_64_atoms.png",
        "speed_up_512_atoms.png",
        "stages.png",
    }


def test_the_summary_holds_medians_ranges_and_where_they_come_from(tmp_path: Path) -> None:
    shown().write(tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["command"] == "nnpot benchmark md -o 'a b'"
    assert summary["machine"] == {"processor": "abacus"}
    assert summary["failures"] == {"uf3": "LAMMPS: no such file"}
    assert summary["potentials"]["pod"]["neighbors"] == 26.0
    (pod,) = [
        row for row in summary["results"] if (row["label"], row["size"], row["ranks"]) == ("pod", 64, 1)
    ]
    assert pod["pair"] == pytest.approx({"median": 24.0, "low": 22.0, "high": 26.0})
    assert pod["ratio"] == pytest.approx({"median": 20.0, "low": 20.0, "high": 20.0})


def test_the_table_as_csv_says_the_same(tmp_path: Path) -> None:
    shown().write(tmp_path)
    with open(tmp_path / "summary.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 12
    (pod,) = [row for row in rows if (row["label"], row["size"], row["ranks"]) == ("pod", "64", "2")]
    assert [float(pod[f"pair{end}"]) for end in ("", "_low", "_high")] == pytest.approx([12.0, 11.0, 13.0])
    assert float(pod["ratio"]) == pytest.approx(20.0)
    assert float(pod["speed_up"]) == pytest.approx(25.0 / 13.0, rel=1e-4)
    assert pod["growth"] == ""


def test_the_table_on_the_terminal_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    shown().show()
    output = capsys.readouterr().out
    for word in (
        "Pair / sw",
        "24 [22–26]",
        "20 [20–20]",
        "speed-up",
        "stage of",
        "other",
        "uf3: LAMMPS: no such file",
    ):
        assert word in output
    assert "…" not in output


def test_stages_add_up_to_the_time_of_the_pair_style() -> None:
    (row,) = [row for row in shown().rows if (row.label, row.size, row.ranks) == ("pod", 64, 1)]
    assert stages(row) == pytest.approx({"list": 5.0, "sums": 10.0, "other": 9.0})


def test_a_reference_that_was_not_measured_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="'uf3'; choose from sw, pod, zero"):
        shown("uf3")


def test_the_first_is_the_reference() -> None:
    assert shown("").reference == "sw"


def test_what_makes_the_numbers_doubtful_is_said() -> None:
    assert not any("busy" in line or "far from rest" in line for line in notes(shown()))
    assert any("in 36 of 36 runs" in line for line in notes(shown(cpu_use=0.5)))
    assert any("pod: 700 K" in line and "rest." in line for line in notes(shown(temperature=700.0)))


def test_elements_in_the_wrong_order_are_suspected_where_the_atoms_heat_up() -> None:
    hot = shown(temperature=700.0)
    hot.bench = replace(hot.bench, settings=replace(hot.bench.settings, data=Path("x.data")))
    assert any("--elements in the order of the atom types?" in line for line in notes(hot))
