"""The figures of a benchmark of networks."""

from __future__ import annotations

from collections.abc import Sequence

from nnpot.benchmark.network_cases import REFERENCE
from nnpot.benchmark.network_summary import Grid
from nnpot.figures.panels import Map, Panel, lines, maps
from nnpot.figures.report import Report

BOTH = ("TF-Python, function", "TF-C++")  # whose ratios to Armadillo are shown
CUTS = {"nodes": 100, "layers": 30}  # where the grid is cut; the nearest value that was measured
SHALLOW = 2  # layers of the other figure against the batch


def add_figures(report: Report, precision: str, grid: Grid) -> None:
    """Ratios over the grid, two cuts through it, and ratios against the batch."""
    batch = grid.batches[0]
    found = {label: grid.ratios(label, batch) for label in BOTH if label in grid.labels}
    if found:
        panels = [Map(f"{label} / {REFERENCE}", ratios) for label, ratios in found.items()]
        figure = maps(panels, "Hidden layers L", "Nodes of a layer N", "Ratio of times")
        caption = f"Time of TensorFlow over that of Armadillo: batches of {batch}, {precision}, medians."
        report.figure(figure, f"ratios_{precision}", caption)
    caption = f"Time of an evaluation on a batch of {batch}, {precision}; medians."
    report.figure(lines(_cuts(grid, batch)), f"cuts_{precision}", caption)
    panels_of_batches = _against_batch(grid)
    if panels_of_batches:
        caption = "TensorFlow catches up where a line crosses 1 (grey)."
        report.figure(lines(panels_of_batches), f"batches_{precision}", f"{precision}: {caption}")


def _nearest(values: Sequence[int], wanted: int) -> int:
    return min(values, key=lambda value: abs(value - wanted))


def _cuts(grid: Grid, batch: int) -> list[Panel]:
    nodes, layers = _nearest(grid.nodes, CUTS["nodes"]), _nearest(grid.layers, CUTS["layers"])
    by_layers, by_nodes = {}, {}
    for label in grid.labels:
        by_layers[label] = _line(grid, [(count, nodes, batch) for count in grid.layers], 0, label)
        by_nodes[label] = _line(grid, [(layers, count, batch) for count in grid.nodes], 1, label)
    time = "Time (µs)"
    return [
        Panel(f"N = {nodes}", "Hidden layers L", time, by_layers, x_log=True, y_log=True, markers=True),
        Panel(f"L = {layers}", "Nodes of a layer N", time, by_nodes, x_log=True, y_log=True, markers=True),
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
        panels.append(
            Panel(title, "Batch", "Ratio of times", curves, x_log=True, y_log=True, markers=True, level=1.0)
        )
    return panels


def _line(
    grid: Grid, places: Sequence[tuple[int, int, int]], axis: int, label: str, ratio: bool = False
) -> tuple[list[float], list[float]]:
    """Medians at (layers, nodes, batch) against one of the three."""
    rows = [(place[axis], grid.row(*place, label)) for place in places]
    known = [(x, row.ratio if ratio else row.time) for x, row in rows if row is not None]
    return [float(x) for x, _ in known], [value.median for _, value in known]
