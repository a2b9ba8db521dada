"""A benchmark of networks: medians and ratios, as a table, CSV, JSON, figures and a page."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from nnpot.benchmark.network_cases import REFERENCE
from nnpot.benchmark.networks import Case, NetworkBenchmark, Times
from nnpot.benchmark.summary import Spread
from nnpot.benchmark.tables import NOTHING, Table, add_tables, number, show, write_content, write_lines
from nnpot.figures.page import Page
from nnpot.figures.panels import Map, Panel, lines, maps


@dataclass(frozen=True)
class NetworkRow:
    """What was found for one case and contestant."""

    case: Case
    label: str
    evaluations: int  # of which a round's time is the mean
    time: Spread  # µs an evaluation, over the rounds
    ratio: Spread  # time over that of Armadillo without gradient in the same round

    def to_dict(self) -> dict[str, Any]:
        """The values by name, for JSON."""
        return asdict(self.case) | {
            "contestant": self.label,
            "evaluations": self.evaluations,
            "microseconds": asdict(self.time),
            "ratio": asdict(self.ratio),
        }


def summarize_networks(times: Sequence[Times]) -> list[NetworkRow]:
    """One row for each case and contestant, in the order in which they were measured."""
    references = {entry.case: entry.rounds for entry in times if entry.label == REFERENCE}
    rows = []
    for entry in times:
        ratios = [a / b for a, b in zip(entry.rounds, references[entry.case], strict=True)]
        time, ratio = Spread.of(1e6 * seconds for seconds in entry.rounds), Spread.of(ratios)
        assert time is not None and ratio is not None, "there is one round at least"
        rows.append(NetworkRow(entry.case, entry.label, entry.evaluations, time, ratio))
    return rows


class Grid:
    """Looks up medians of one precision."""

    def __init__(self, rows: Sequence[NetworkRow], precision: str) -> None:
        self._rows = {(row.case, row.label): row for row in rows if row.case.precision == precision}
        self._precision = precision
        cases = [case for case, _ in self._rows]
        self.layers = sorted({case.layers for case in cases})
        self.nodes = sorted({case.nodes for case in cases})
        self.batches = sorted({case.batch for case in cases})
        self.labels = list(dict.fromkeys(label for _, label in self._rows))

    def row(self, layers: int, nodes: int, batch: int, label: str) -> NetworkRow | None:
        """The row of a network and a batch; None where that was not measured."""
        return self._rows.get((Case(layers, nodes, self._precision, batch), label))

    def ratios(self, label: str, batch: int) -> dict[tuple[float, float], float]:
        """Median ratio at (layers, nodes)."""
        networks = itertools.product(self.layers, self.nodes)
        rows = {(float(size), float(nodes)): self.row(size, nodes, batch, label) for size, nodes in networks}
        return {network: row.ratio.median for network, row in rows.items() if row is not None}

    def catching_up(self, label: str) -> dict[tuple[float, float], float | None]:
        """The smallest batch at (layers, nodes) from which on Armadillo is no faster; None where it always
        is.
        """
        found: dict[tuple[float, float], float | None] = {}
        for layers, nodes in itertools.product(self.layers, self.nodes):
            rows = (self.row(layers, nodes, batch, label) for batch in reversed(self.batches))
            fast = itertools.takewhile(lambda row: row.ratio.median <= 1.0, filter(None, rows))
            batches = [float(row.case.batch) for row in fast]
            found[float(layers), float(nodes)] = batches[-1] if batches else None
        return found


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
        page = Page("Evaluation of networks: TensorFlow in Python, TensorFlow in C++, Armadillo")
        page.code(shlex.join(self.command))
        for line in self.notes():
            page.text(line)
        for precision, grid in self.grids.items():
            page.heading(precision)
            add_figures(page, precision, grid)
            add_tables(page, [_times(grid, precision)])
            table = _catching_up(grid)
            if table.rows:
                page.text("The smallest batch from which on TensorFlow is as fast as Armadillo:")
                add_tables(page, [table])
        page.heading("Machine")
        page.table(["", ""], list(self.bench.machine.items()))
        return page.write(folder)

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
        write_content(path, content, 1)

    def _write_csv(self, path: Path) -> None:
        head = ["precision", "layers", "nodes", "batch", "contestant", "evaluations"]
        head += ["median_us", "low_us", "high_us", "ratio", "low_ratio", "high_ratio"]
        lines = []
        for row in self.rows:
            case, values = row.case, (*vars(row.time).values(), *vars(row.ratio).values())
            start = (case.precision, case.layers, case.nodes, case.batch, row.label, row.evaluations)
            lines.append((*start, *values))
        write_lines(path, head, lines)

    def show(self) -> None:
        """Print the times of single inputs, where TensorFlow catches up, and notes."""
        tables = [table for p, grid in self.grids.items() for table in (_times(grid, p), _catching_up(grid))]
        show([table for table in tables if table.rows], self.notes())

    def notes(self) -> list[str]:
        """What a reader has to know to judge the tables."""
        bench, rules = self.bench, self.bench.settings
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
    batch = grid.batches[0]
    headers = [f"{precision}: layers", "nodes", *(f"{label} (µs)" for label in grid.labels[:1])]
    both = [label.rsplit(", ", 1)[-1] for label in BOTH if label in grid.labels]
    headers += [*grid.labels[1:], *(f"ratio {label}" for label in both)]
    groups = []
    for layers in grid.layers:
        cells = [_cells(grid, layers, nodes, batch) for nodes in grid.nodes]
        groups.append([line for line in cells if line])
    return Table(headers, groups)


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


BOTH = ("TF-Python, function", "TF-C++")  # whose ratios to Armadillo are shown
CUTS = {"nodes": 100, "layers": 30}  # where the grid is cut; the nearest value that was measured
SHALLOW = 2  # layers of the other figure against the batch


def add_figures(page: Page, precision: str, grid: Grid) -> None:
    """Ratios over the grid, two cuts through it, and ratios against the batch."""
    batch = grid.batches[0]
    found = {label: grid.ratios(label, batch) for label in BOTH if label in grid.labels}
    if found:
        panels = [Map(f"{label} / {REFERENCE}", ratios) for label, ratios in found.items()]
        figure = maps(panels, "Hidden layers L", "Nodes of a layer N", "Ratio of times")
        caption = f"Time of TensorFlow over that of Armadillo: batches of {batch}, {precision}, medians."
        page.figure(figure, f"ratios_{precision}", caption)
    caption = f"Time of an evaluation on a batch of {batch}, {precision}; medians."
    page.figure(lines(_cuts(grid, batch)), f"cuts_{precision}", caption)
    if against_batch := _against_batch(grid):
        caption = f"{precision}: TensorFlow catches up where a line crosses 1 (grey)."
        page.figure(lines(against_batch), f"batches_{precision}", caption)


def _nearest(values: Sequence[int], wanted: int) -> int:
    return min(values, key=lambda value: abs(value - wanted))


_panel = partial(Panel, x_log=True, y_log=True, markers=True)


def _cuts(grid: Grid, batch: int) -> list[Panel]:
    nodes, layers = _nearest(grid.nodes, CUTS["nodes"]), _nearest(grid.layers, CUTS["layers"])
    by_layers, by_nodes = {}, {}
    for label in grid.labels:
        by_layers[label] = _line(grid, [(count, nodes, batch) for count in grid.layers], 0, label)
        by_nodes[label] = _line(grid, [(layers, count, batch) for count in grid.nodes], 1, label)
    return [
        _panel(f"N = {nodes}", "Hidden layers L", "Time (µs)", by_layers),
        _panel(f"L = {layers}", "Nodes of a layer N", "Time (µs)", by_nodes),
    ]


def _against_batch(grid: Grid) -> list[Panel]:
    """Ratios of TensorFlow in C++ against the batch, for a shallow and a deep network."""
    label = BOTH[-1]
    if len(grid.batches) < 2 or label not in grid.labels:
        return []
    panels = []
    for layers in dict.fromkeys((_nearest(grid.layers, SHALLOW), _nearest(grid.layers, CUTS["layers"]))):
        curves = {}
        for nodes in grid.nodes:
            places = [(layers, nodes, batch) for batch in grid.batches]
            curves[f"N = {nodes}"] = _line(grid, places, 2, label, ratio=True)
        title = f"{label} / {REFERENCE}, L = {layers}"
        panels.append(_panel(title, "Batch", "Ratio of times", curves, level=1.0))
    return panels


def _line(
    grid: Grid, places: Sequence[tuple[int, int, int]], axis: int, label: str, ratio: bool = False
) -> tuple[list[float], list[float]]:
    """Medians at (layers, nodes, batch) against one of the three."""
    rows = [(place[axis], grid.row(*place, label)) for place in places]
    known = [(x, row.ratio if ratio else row.time) for x, row in rows if row is not None]
    return [float(x) for x, _ in known], [value.median for _, value in known]
