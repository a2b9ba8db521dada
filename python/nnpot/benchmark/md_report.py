"""What ``nnpot benchmark md`` shows: a table on the terminal, CSV, JSON, figures and a page."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from nnpot.benchmark.cases import FLOORS
from nnpot.benchmark.md import Benchmark, Subject
from nnpot.benchmark.summary import BUSY, Row, Spread, disturbed, summarize
from nnpot.benchmark.tables import (
    NOTHING,
    Table,
    add_tables,
    number,
    show,
    spread,
    write_content,
    write_lines,
)
from nnpot.errors import InvalidInputError
from nnpot.figures import plots
from nnpot.figures.page import Page

COST = "µs per atom and step"
HOT = 2.0
"""Times the temperature that was asked for: there the atoms do not stay where the potential is meant for."""
OTHER_STAGE = "other"  # what the pair style needs beyond the stages of the engine


@dataclass
class Presentation:
    """A benchmark and its summary: ratios to a reference (the first if empty), of a core's or wall times."""

    bench: Benchmark
    reference: str
    cpu_time: bool
    command: Sequence[str]

    def __post_init__(self) -> None:
        labels = list(dict.fromkeys(run.label for run in self.bench.runs))
        self.reference = self.reference or labels[0]
        if self.reference not in labels:
            raise InvalidInputError(
                f"--reference: nothing was measured for {self.reference!r}; choose from {', '.join(labels)}"
            )
        self.rows = summarize(self.bench.runs, self.reference, self.cpu_time)
        self.rows.sort(key=lambda row: (row.size, row.ranks))

    @property
    def subjects(self) -> dict[str, Subject]:
        """The potentials by label."""
        return {subject.case.label: subject for subject in self.bench.subjects}

    def write(self, folder: Path) -> Path:
        """Write summary.csv, summary.json, the figures and the page; returns the page."""
        self.write_json(folder / "summary.json")
        _write_csv(self, folder / "summary.csv")
        return _write_page(self, folder)

    def write_json(self, path: Path) -> None:
        """Write settings, results and notes."""
        write_content(path, _content(self), 2)

    def show(self) -> None:
        """Print the table and the notes to it."""
        show(_tables(self), notes(self))


def notes(shown: Presentation) -> list[str]:
    """What a reader has to know to judge the table."""
    bench, settings = shown.bench, shown.bench.settings
    kind = "wall time × use of the core" if shown.cpu_time else "wall time"
    lines = [
        f"Times: {kind}, {COST}, median and range of the rounds; ratio: Pair time to that of "
        f"{shown.reference!r} in the same round. {settings.temperature:g} K, {settings.timestep:g} fs."
    ]
    for subject in bench.subjects:
        crystal = subject.case.crystal
        if settings.data is None and crystal is not None and crystal.element != "Si":
            reason = (
                "it does not know Si and"
                if subject.case.is_model
                else f"the wheel has no file of this style for Si; its file for {crystal.element}"
            )
            lines.append(
                f"{subject.case.label}: {reason} runs on {crystal.element} ({crystal.structure}) at the same "
                f"temperature: {subject.neighbors:.0f} neighbors within its cutoff of {subject.cutoff:.2f} Å."
            )
    count = disturbed(bench.runs)
    if count:
        lines.append(
            f"The machine was busy: in {count} of {len(bench.runs)} runs the processes had a core for less "
            f"than {100 * BUSY:.0f} % of the time (column CPU). Look at ratios, or take --cpu-time."
        )
    for label in shown.subjects:
        hottest = max((row.temperature for row in shown.rows if row.label == label), default=0.0)
        if hottest > HOT * settings.temperature:
            lines.append(
                f"{label}: {hottest:.0f} K at the end of a run: for this potential the atoms begin far from "
                f"rest{'; is --elements in the order of the atom types?' if settings.data else '.'}"
            )
    lines += [f"Left out: {name}: {reason}" for name, reason in bench.failures.items()]
    return lines


def _tables(shown: Presentation) -> list[Table]:
    stages_of_rows = [(row, stages(row)) for row in shown.rows if row.stages]
    return [_main_table(shown), *([_stage_table(stages_of_rows)] if stages_of_rows else [])]


def _main_table(shown: Presentation) -> Table:
    several_ranks = len({row.ranks for row in shown.rows}) > 1
    several_sizes = len({row.size for row in shown.rows}) > 1
    columns: dict[str, Callable[[Row], str]] = {
        "style": lambda row: row.label,
        "atoms": lambda row: f"{row.n_atoms}",
        "ranks": lambda row: f"{row.ranks}",
        "neighbors": lambda row: f"{shown.subjects[row.label].neighbors:.1f}",
        "Pair µs": lambda row: spread(row.pair),
        "loop µs": lambda row: number(row.loop.median),
        f"Pair / {shown.reference}": lambda row: "1" if row.label == shown.reference else spread(row.ratio),
    }
    if several_ranks:
        columns["speed-up"] = lambda row: spread(row.speed_up)
    if several_sizes:
        columns["Pair / smallest"] = lambda row: spread(None if _is_floor(row) else row.growth)
    columns["memory MB"] = lambda row: f"{row.memory_sum:.0f}"
    if any(row.above_zero is not None for row in shown.rows):
        columns["above zero"] = lambda row: NOTHING if row.above_zero is None else f"{row.above_zero:+.0f}"
    columns["CPU %"] = lambda row: f"{100 * row.cpu_use.median:.0f}"
    groups = _groups(shown.rows).values()
    cells = [[[cell(row) for cell in columns.values()] for row in rows] for rows in groups]
    return Table(list(columns), cells)


def _stage_table(rows: Sequence[tuple[Row, dict[str, float]]]) -> Table:
    names = list(dict.fromkeys(name for _, parts in rows for name in parts))
    cells = [
        [row.label, f"{row.n_atoms}", f"{row.ranks}", *(number(parts.get(name, 0.0)) for name in names)]
        for row, parts in rows
    ]
    return Table(["stage of", "atoms", "ranks", *names], [cells])


def stages(row: Row) -> dict[str, float]:
    """The stages of the engine, and what the pair style needs beyond them; µs per atom and step."""
    rest = row.pair.median - sum(row.stages.values())
    return row.stages | ({OTHER_STAGE: rest} if rest > 0.0 else {})


def _is_floor(row: Row) -> bool:
    return row.label in FLOORS


def _content(shown: Presentation) -> dict[str, Any]:
    bench = shown.bench
    return {
        "command": shlex.join(shown.command),
        "machine": bench.machine,
        "times": "cpu" if shown.cpu_time else "wall",
        "unit": COST,
        "reference": shown.reference,
        "potentials": {
            subject.case.label: {
                "commands": subject.case.pair.lines(),
                "system": subject.system.name,
                "cutoff": subject.cutoff,
                "neighbors": subject.neighbors,
            }
            for subject in bench.subjects
        },
        "results": [row.to_dict() for row in shown.rows],
        "failures": bench.failures,
        "notes": notes(shown),
    }


def _write_csv(shown: Presentation, path: Path) -> None:
    """One line per row; a spread becomes three columns: NAME, NAME_low, NAME_high."""
    spreads = ("pair", "loop", "cpu_use", "ratio", "speed_up", "growth")
    plain = ("label", "size", "ranks", "n_atoms", "n_runs", "temperature", "memory_max", "memory_sum")
    headers = [*plain, "above_zero", *(f"{name}{end}" for name in spreads for end in ("", "_low", "_high"))]
    lines = []
    for row in shown.rows:
        ranges = [getattr(row, name) for name in spreads]
        values = [
            value for found in ranges for value in ([None] * 3 if found is None else vars(found).values())
        ]
        lines.append([*(getattr(row, name) for name in (*plain, "above_zero")), *values])
    write_lines(path, headers, lines)


def _write_page(shown: Presentation, folder: Path) -> Path:
    bench = shown.bench
    page = Page("Cost of molecular dynamics in LAMMPS")
    page.text(shlex.join(shown.command))
    add_tables(page, _tables(shown))
    for line in notes(shown):
        page.text(line)
    for (size, ranks), group in _groups(shown.rows).items():
        page.heading(f"{size} atoms, {ranks} MPI rank{'s' if ranks > 1 else ''}")
        name = f"cost_{size}_atoms_{ranks}_ranks"
        page.figure(cost_bars(group), name, "Time in the pair style; the lines are ranges of the rounds.")
    add_figures(page, shown)
    page.heading("Potentials")
    rows = []
    for label, subject in shown.subjects.items():
        numbers = f"{subject.cutoff:.2f}", f"{subject.neighbors:.1f}"
        rows.append((label, subject.system.name, *numbers, "; ".join(subject.case.pair.lines())))
    page.table(["style", "system", "cutoff (Å)", "neighbors", "LAMMPS commands"], rows)
    page.heading("Machine")
    page.table(["", ""], list(bench.machine.items()))
    return page.write(folder)


def add_figures(page: Page, shown: Presentation) -> None:
    """The figures over sizes, ranks and stages, each where there are several of them."""
    timed = [row for row in shown.rows if row.pair.median > 0.0 and not _is_floor(row)]
    ranks = min(row.ranks for row in shown.rows)
    of_size = [row for row in timed if row.ranks == ranks]
    if len({row.size for row in of_size}) > 1:
        page.heading("Size")
        figure = plots.curves(_curves(of_size, "n_atoms", "pair"), "Atoms", f"Pair, {COST}")
        page.figure(figure, "cost_against_size", f"Time in the pair style, {ranks} MPI rank(s).")
    for size in dict.fromkeys(row.size for row in shown.rows if row.speed_up is not None):
        page.heading(f"MPI ranks, {size} atoms")
        figure = speed_up_figure([row for row in timed if row.size == size])
        caption = "Speed-up of the whole loop; the lines are ranges of the rounds."
        page.figure(figure, f"speed_up_{size}_atoms", caption)
    parts = {f"{row.label}, {row.n_atoms} atoms, {row.ranks} r.": stages(row) for row in timed if row.stages}
    if parts:
        page.heading("Stages of the engine")
        figure = plots.stacked_bars(parts, f"Pair, {COST}", note="{:.3g}")
        page.figure(figure, "stages", "Where the time in the pair style goes.")


def cost_bars(rows: Sequence[Row]) -> Figure:
    """The Pair times of one size and number of ranks."""
    timed = [row for row in rows if not _is_floor(row)] or list(rows)
    return plots.bars(
        [row.label for row in timed],
        [row.pair.median for row in timed],
        f"Pair, {COST}",
        note="{:.3g}",
        ranges=[(row.pair.low, row.pair.high) for row in timed],
    )


def speed_up_figure(rows: Sequence[Row]) -> Figure:
    """Speed-ups of one size; on the fewest ranks they are 1."""
    return plots.speed_up(_curves(rows, "ranks", "speed_up"), "MPI ranks", "Speed-up of the loop")


def _curves(rows: Sequence[Row], x: str, y: str) -> dict[str, plots.Curve]:
    lines = {}
    for label in dict.fromkeys(row.label for row in rows):
        own = sorted((row for row in rows if row.label == label), key=lambda row: (row.size, row.ranks))
        spreads = [getattr(row, y) or Spread(1.0, 1.0, 1.0) for row in own]
        ranges = zip(*(vars(spread).values() for spread in spreads), strict=True)
        lines[label] = plots.Curve([getattr(row, x) for row in own], *ranges)
    return lines


def _groups(rows: Sequence[Row]) -> dict[tuple[int, int], list[Row]]:
    groups: dict[tuple[int, int], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.size, row.ranks), []).append(row)
    return groups
