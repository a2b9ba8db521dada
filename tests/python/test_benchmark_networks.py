"""nnpot benchmark networks: a small grid with all programs, and what is computed from times."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nnpot.benchmark import network_cases, networks, programs
from nnpot.benchmark.network_cases import CONTESTANTS, Process, Programs
from nnpot.benchmark.networks import Case, NetworkBenchmark, NetworkSettings, Times, run_network_benchmark
from nnpot.benchmark.networks_report import Grid, NetworkPresentation, summarize_networks
from nnpot.cli.main import group
from nnpot.errors import FileFormatError, InvalidInputError, NnpotError

LABELS = [c.label for c in CONTESTANTS]


def run(*arguments: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(group, ["benchmark", "networks", *arguments])


class Installed:
    """In place of `Programs`: all of them, of which none runs."""

    left_out: dict[str, str] = {}
    notes: list[str] = []
    running = dict.fromkeys(c.program for c in CONTESTANTS)

    def __enter__(self) -> Installed:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def times(label: str, rounds: list[float], batch: int = 1, nodes: int = 10, layers: int = 2) -> Times:
    """Times that were never measured."""
    return Times(Case(layers, nodes, "float64", batch), label, 50, rounds)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A small grid, measured with everything that is installed."""
    folder = tmp_path_factory.mktemp("networks")
    grid = ("--layers", "2", "--nodes", "4", "--batch", "1,3", "--evaluations", "3", "--repeat", "2")
    return folder, run("-o", str(folder / "out"), *grid, "--json", str(folder / "copy.json"))


def test_a_small_grid_times_every_contestant(small: tuple[Path, Result]) -> None:
    folder, result = small
    assert result.exit_code == 0, result.output
    assert "Left out" not in result.output
    summary = json.loads((folder / "copy.json").read_text())
    for precision in ("float32", "float64"):
        found = [entry for entry in summary["results"] if entry["precision"] == precision]
        expected = [c.label for c in CONTESTANTS if precision in c.precisions]
        assert [entry["contestant"] for entry in found] == 2 * expected
        for entry in found:
            assert 0.0 < entry["microseconds"]["low"] <= entry["microseconds"]["median"]
            assert entry["microseconds"]["median"] <= entry["microseconds"]["high"] < 1e7
    ratios = {entry["contestant"]: entry["ratio"]["median"] for entry in summary["results"][:7]}
    assert ratios["Armadillo"] == 1.0 and ratios["TF-Python, predict"] > 10.0


def test_a_small_grid_leaves_table_csv_json_and_figures(small: tuple[Path, Result]) -> None:
    folder, result = small
    output = folder / "out"
    for label in LABELS:
        assert label in result.output
    with open(output / "times.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 2 * (len(LABELS) + len(LABELS) - 2)
    assert {row["batch"] for row in rows} == {"1", "3"}
    assert (folder / "copy.json").read_text() == (output / "summary.json").read_text()
    figures = {f"{kind}_{p}" for kind in ("ratios", "cuts", "batches") for p in ("float32", "float64")}
    assert {file.stem for file in output.glob("*.png")} == figures
    assert (output / "report.html").is_file()


def test_times_are_kept_and_not_mixed(small: tuple[Path, Result], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = small
    monkeypatch.setattr(networks, "Programs", Installed)
    monkeypatch.setattr(networks, "_measure", None)  # nothing may be measured again
    settings = NetworkSettings((2,), (4,), (3,), ("float32",), 3, 2)
    bench = run_network_benchmark(settings, folder / "out")
    assert [entry.label for entry in bench.times] == [
        c.label for c in CONTESTANTS if "float32" in c.precisions
    ]
    with pytest.raises(InvalidInputError, match="another evaluations: 3, now 4"):
        run_network_benchmark(NetworkSettings((2,), (4,), (3,), ("float32",), 4, 2), folder / "out")
    (folder / "out" / "times" / "float32-2x4.json").write_text("{}")
    with pytest.raises(
        FileFormatError,
        match=r"float32-2x4\.json: the record of times is damaged: .* remove it to measure again",
    ):
        run_network_benchmark(settings, folder / "out")


def test_large_cases_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "Programs", Installed)
    monkeypatch.setattr(networks, "_measure", lambda _, __, cases: [times("Armadillo", [1.0])] * len(cases))
    settings = NetworkSettings((2,), (10, 100), (1, 1000), ("float64",), largest=1e5)
    bench = run_network_benchmark(settings, tmp_path)
    assert (len(bench.times), bench.too_large) == (2, 2)
    assert Case(2, 100, "float64", 1000).work == 1000 * (100**2 + 2 * 100)
    shown = NetworkPresentation(bench, ["nnpot"])
    assert "2 cases of more than 100000 multiplications were left out." in shown.notes()


def test_what_is_not_there_is_left_out_by_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Path:
        raise NnpotError(f"{name} is not installed")

    monkeypatch.setattr(programs, "package", missing)
    monkeypatch.setattr(network_cases, "package", missing)
    monkeypatch.setattr(network_cases, "armadillo_recipe", lambda: programs.Recipe("x.cpp", (), "no BLAS"))
    monkeypatch.setattr(network_cases, "build", lambda _: Path("/bin/cat"))
    monkeypatch.setattr(Process, "build", lambda *_: 0.0)
    with Programs() as found:
        assert found.left_out == {
            "TensorFlow C++": "tensorflow is not installed",
            "TensorFlow Python": "tensorflow is not installed",
        }
        assert list(found.running) == ["nnpot", "Armadillo"]
        assert found.notes == ["Armadillo with no BLAS."]


def test_without_armadillo_there_is_nothing_to_compare_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "false")
    monkeypatch.setattr(network_cases, "_python_command", lambda: ["false"])
    with pytest.raises(NnpotError, match=r"armadillo_network\.cpp does not compile"), Programs():
        pass


def test_programs_that_end_or_fail_say_so() -> None:
    ended = Process("ours", ["true"])
    with pytest.raises(NnpotError, match="ours: 'network 2 3 float64' failed: it has ended"):
        ended.build(2, 3, "float64")
    complaining = Process("ours", ["sh", "-c", "read line; echo error: no memory"])
    with pytest.raises(NnpotError, match="'time value 1 5' failed: error: no memory"):
        complaining.time("value", 1, 5)
    ended.close()
    complaining.close()


def test_networks_that_differ_are_no_comparison() -> None:
    class Other:
        def build(self, *_: object) -> float:
            return 0.123

    contestants = [c for c in CONTESTANTS if c.program in ("nnpot", "Armadillo")]
    running = {"nnpot": network_cases.Engine(), "Armadillo": Other()}
    with pytest.raises(NnpotError, match="disagree about a network of 2 layers of 3 nodes in float64"):
        networks._build(running, contestants, Case(2, 3, "float64", 1))  # type: ignore[arg-type]


def test_medians_ratios_and_catching_up() -> None:
    measured = []
    for batch, seconds in ((1, 30e-6), (10, 2e-6), (100, 1.5e-6), (1000, 0.5e-6)):
        measured += [times("Armadillo", [1e-6, 2e-6, 4e-6], batch), times("TF-C++", [3 * seconds] * 3, batch)]
    rows = summarize_networks(measured)
    assert rows[1].time.median == pytest.approx(90.0)
    assert (rows[1].ratio.low, rows[1].ratio.median) == (pytest.approx(22.5), pytest.approx(45.0))
    grid = Grid(rows, "float64")
    assert grid.catching_up("TF-C++") == {(2.0, 10.0): 1000.0}
    assert grid.catching_up("Armadillo") == {(2.0, 10.0): 1.0}
    assert grid.ratios("TF-C++", 10) == {(2.0, 10.0): pytest.approx(3.0)}
    slow = Grid(summarize_networks([times("Armadillo", [1.0]), times("TF-C++", [2.0])]), "float64")
    assert slow.catching_up("TF-C++") == {(2.0, 10.0): None}


def test_a_benchmark_without_tensorflow_is_shown(tmp_path: Path) -> None:
    bench = NetworkBenchmark(
        NetworkSettings(),
        {"processor": "none"},
        [times("Armadillo", [1e-6, 2e-6])],
        {"TensorFlow C++": "none"},
    )
    shown = NetworkPresentation(bench, ["nnpot", "benchmark"])
    assert shown.write(tmp_path).is_file()
    assert "Left out: TensorFlow C++: none" in shown.notes()
    assert {file.stem for file in tmp_path.glob("*.png")} == {"cuts_float64"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--layers", "0"], "0"),
        (["--nodes", "ten"], "ten"),
        (["--precision", "float16"], "float16"),
        (["--json", "nowhere/at/all.json"], "nowhere/at"),
    ],
)
def test_bad_options_are_refused(tmp_path: Path, arguments: list[str], says: str) -> None:
    result = run(*arguments, "-o", str(tmp_path / "out"))
    assert isinstance(result.exception, (NnpotError, SystemExit)) and result.exit_code != 0
    assert says in result.output + str(result.exception)
