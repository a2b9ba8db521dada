"""A benchmark of networks as a table, CSV, JSON, figures and a page."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from nnpot.benchmark.network_figures import BOTH, add_figures
from nnpot.benchmark.network_summary import Grid, summarize_networks
from nnpot.benchmark.networks import NetworkBenchmark
from nnpot.benchmark.tables import NOTHING, Table, number, wide_console
from nnpot.figures.report import Report
from nnpot.support.files import atomic_write


@dataclass
class NetworkPresentation:
    """A benchmark of networks and its summary; ``command`` is the command line."""

    bench: NetworkBenchmark
    command: Sequence[str]

    def __post_init__(self) -> None:
        self.rows = summarize_networks(self.bench.times)
        measured = dict.fromkeys(entry.case.precision for entry in self.bench.times)
        self.grids = {precision: Grid(self.rows, precision) for precision in measured}

    def write(self, folder: Path) -> Path:
        """Write times.csv, summary.json, the figures and the page; returns the page."""
        self.write_json(folder / "summary.json")
        self._write_csv(folder / "times.csv")
        report = Report("Evaluation of networks: TensorFlow in Python, TensorFlow in C++, Armadillo")
        report.code(shlex.join(self.command))
        for line in self.notes():
            report.text(line)
        for precision, grid in self.grids.items():
            report.heading(precision)
            add_figures(report, precision, grid)
            table = _times(grid, precision)
            report.table(table.headers, table.rows)
            table = _catching_up(grid)
            if table.rows:
                report.text("The smallest batch from which on TensorFlow is as fast as Armadillo:")
                report.table(table.headers, table.rows)
        report.heading("Machine")
        report.table(["", ""], list(self.bench.machine.items()))
        return report.write(folder)

    def write_json(self, path: Path) -> None:
        """Write every median and range."""
        content = {
            "command": shlex.join(self.command),
            "machine": self.bench.machine,
            "settings": asdict(self.bench.settings),
            "results": [row.to_dict() for row in self.rows],
            "left_out": self.bench.left_out,
            "notes": self.notes(),
        }
        with atomic_write(path) as stream:
            json.dump(content, stream, indent=1, ensure_ascii=False)
            stream.write("\n")

    def _write_csv(self, path: Path) -> None:
        with atomic_write(path) as stream:
            writer = csv.writer(stream, lineterminator="\n")
            head = ("precision", "layers", "nodes", "batch", "contestant", "evaluations")
            writer.writerow((*head, "median_us", "low_us", "high_us", "ratio", "low_ratio", "high_ratio"))
            for row in self.rows:
                case = row.case
                values = [*asdict(row.time).values(), *asdict(row.ratio).values()]
                start = (case.precision, case.layers, case.nodes, case.batch, row.label, row.evaluations)
                writer.writerow((*start, *(f"{value:.6g}" for value in values)))

    def show(self) -> None:
        """Print the times of single inputs, where TensorFlow catches up, and notes."""
        console = wide_console()
        for precision, grid in self.grids.items():
            console.print(_times(grid, precision).rich())
            table = _catching_up(grid)
            if table.rows:
                console.print(table.rich())
        for line in self.notes():
            console.print(line, soft_wrap=True, highlight=False)

    def notes(self) -> list[str]:
        """What a reader has to know to judge the tables."""
        bench = self.bench
        rules = bench.settings
        lines = [
            f"One thread each. A time is the mean of {rules.evaluations} evaluations after a warm-up, or of "
            f"as many as take {rules.seconds:g} s; shown is the median of {rules.repeat} rounds in which the "
            f"contestants took turns; ratios are to Armadillo. Networks: one input, hidden sigmoid layers, "
            f"one linear output, untrained; all programs gave the same output for them.",
            *bench.notes,
        ]
        if bench.too_large:
            lines.append(
                f"{bench.too_large} cases of more than {rules.largest:g} multiplications were left out."
            )
        return lines + [f"Left out: {name}: {reason}" for name, reason in bench.left_out.items()]


def _times(grid: Grid, precision: str) -> Table:
    """Medians for the smallest batch."""
    batch = grid.batches[0]
    headers = [f"{precision}: layers", "nodes", *(f"{label} (µs)" for label in grid.labels[:1])]
    headers += [*grid.labels[1:], *(f"ratio {_short(label)}" for label in BOTH if label in grid.labels)]
    groups = []
    for layers in grid.layers:
        cells = [_cells(grid, layers, nodes, batch) for nodes in grid.nodes]
        groups.append([line for line in cells if line])
    return Table(headers, groups)


def _short(label: str) -> str:
    return label.rsplit(", ", 1)[-1]


def _cells(grid: Grid, layers: int, nodes: int, batch: int) -> list[str]:
    found = {label: grid.row(layers, nodes, batch, label) for label in grid.labels}
    if not any(found.values()):
        return []
    times = [number(row.time.median) if row else NOTHING for row in found.values()]
    shown = [found[label] for label in BOTH if label in found]
    ratios = [number(row.ratio.median) if row else NOTHING for row in shown]
    return [str(layers), str(nodes), *times, *ratios]


def _catching_up(grid: Grid) -> Table:
    """The batches at which TensorFlow catches up; no rows where there is but one batch."""
    labels = [label for label in BOTH if label in grid.labels]
    if len(grid.batches) < 2 or not labels:
        return Table([], [])
    columns = [grid.catching_up(label) for label in labels]
    rows = []
    for point in columns[0]:
        batches = [column[point] for column in columns]
        said = [NOTHING if batch is None else f"{batch:.0f}" for batch in batches]
        rows.append([*(f"{value:.0f}" for value in point), *said])
    return Table(["layers", "nodes", *(f"{label}: batch" for label in labels)], [rows])
