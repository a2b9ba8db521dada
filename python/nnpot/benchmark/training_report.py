"""What ``nnpot benchmark training`` shows: a table on the terminal, CSV, JSON, figures and a page."""

from __future__ import annotations

import csv
import json
import math
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from nnpot.benchmark.summary import Spread
from nnpot.benchmark.tables import Table, number, spread, wide_console
from nnpot.benchmark.training import TrainingBenchmark
from nnpot.benchmark.training_run import TrainingRun
from nnpot.benchmark.training_summary import TrainingRow, summarize_trainings
from nnpot.figures import plots
from nnpot.figures.report import Report
from nnpot.support.files import atomic_write

BUSY = 1.5
"""A load of the machine beyond so many times its cores is that of others."""


@dataclass
class TrainingPresentation:
    """A benchmark of trainings and its summary; ``command`` is the command line."""

    bench: TrainingBenchmark
    command: Sequence[str]

    def __post_init__(self) -> None:
        bench = self.bench
        n_frames = len(bench.data.split.train)
        self.rows = summarize_trainings(bench.runs, bench.cases, n_frames, bench.settings.target_force)

    def write(self, folder: Path) -> Path:
        """Write summary.csv, summary.json, runs.csv, the figures and the page; returns the page."""
        self.write_json(folder / "summary.json")
        _write_csv(self.rows, folder / "summary.csv")
        _write_runs(self, folder / "runs.csv")
        return _write_page(self, folder)

    def write_json(self, path: Path) -> None:
        """Write all that is shown, and the errors of every epoch."""
        bench = self.bench
        content = {
            "command": shlex.join(self.command),
            "machine": bench.machine,
            "data": description(bench),
            "target_force_rmse": bench.settings.target_force,
            "configurations": {case.label: case.values for case in bench.cases},
            "results": [row.to_dict() for row in self.rows],
            "runs": [asdict(run) for run in bench.runs],
            "failures": bench.failures,
            "notes": notes(self),
        }
        with atomic_write(path) as stream:
            json.dump(_without_nan(content), stream, indent=1, ensure_ascii=False, allow_nan=False)
            stream.write("\n")

    def show(self) -> None:
        """Print the table and the notes to it."""
        console = wide_console()
        for table in _tables(self):
            console.print(table.rich())
        for line in notes(self):
            console.print(line, soft_wrap=True, highlight=False)


def description(bench: TrainingBenchmark) -> dict[str, Any]:
    """The data and the functions, as the first run has them."""
    first, split = bench.runs[0], bench.data.split
    sizes = [len(frame) for frame in split.train]
    return {
        "name": bench.data.name,
        "training_frames": len(split.train),
        "validation_frames": len(split.validation),
        "atoms_per_frame": sum(sizes) / len(sizes),
        "neighbors": bench.data.neighbors(first.cutoff),
        "cutoff": first.cutoff,
        "functions": first.n_functions,
    }


def notes(shown: TrainingPresentation) -> list[str]:
    """What a reader has to know to judge the table."""
    bench = shown.bench
    data = description(bench)
    functions = ", ".join(f"{element} {count}" for element, count in data["functions"].items())
    training = bench.cases[0].values["training"]
    lines = [
        f"{data['name']}: {data['training_frames']} training and {data['validation_frames']} validation "
        f"frames of {data['atoms_per_frame']:.0f} atoms with {data['neighbors']:.1f} neighbors within "
        f"{data['cutoff']:.2f} Å; symmetry functions: {functions}; {training['precision']}, threads: "
        f"{training['threads'] or 'all cores'}.",
        "structures/s: training frames, median and range of all epochs but the first of each run, in which "
        "TensorFlow compiles. Others: median and range of the runs, each with another seed, in a process "
        "of its own.",
        f"Target: {bench.settings.target_force:g} meV/Å for the validation forces; its time is that in "
        f"epochs, compilation and validation included. RMSE: validation frames, epoch that was kept. Ratios "
        f"are to {shown.rows[0].label!r} in the same round.",
    ]
    if not bench.data.split.validation:
        lines[2] = "No validation frames, so there are no errors and no target."
    cores = int(bench.machine.get("cores", 1))
    busy = sum(run.load > BUSY * cores for run in bench.runs)
    if busy:
        lines.append(
            f"The machine was busy: before {busy} of {len(bench.runs)} runs its load was above {BUSY:g} "
            f"times its {cores} cores. Look at ratios and epochs, not at times."
        )
    return lines + [f"Left out: {name}: {reason}" for name, reason in bench.failures.items()]


def _tables(shown: TrainingPresentation) -> list[Table]:
    """Speed and memory; and, where there are validation frames, errors."""
    columns = [_speed_columns(shown.rows[0].label)]
    if shown.bench.data.split.validation:
        columns.append(_error_columns(shown.rows[0].label))
    return [
        Table(list(some), [[[cell(row) for cell in some.values()] for row in shown.rows]]) for some in columns
    ]


Columns = dict[str, Callable[[TrainingRow], str]]


def _speed_columns(first: str) -> Columns:
    return {
        "speed, memory": lambda row: row.optimizer,
        "derivatives": lambda row: row.memory,
        "runs": lambda row: f"{row.n_runs}",
        "structures/s": lambda row: _range(row.structures_per_second),
        f"rate / {first}": lambda row: "1" if row.label == first else _range(row.rate_ratio),
        "epochs": lambda row: number(row.epochs.median),
        "s in epochs": lambda row: _range(row.seconds),
        "in the first": lambda row: number(row.first_epoch.median),
        "s in all": lambda row: number(row.wall_seconds.median),
        "cores": lambda row: number(row.cores.median),
        "memory MB": lambda row: f"{row.peak_memory:.0f}",
    }


def _error_columns(first: str) -> Columns:
    return {
        "errors": lambda row: row.optimizer,
        "derivatives": lambda row: row.memory,
        "force RMSE (meV/Å)": lambda row: _range(row.force_rmse),
        "energy RMSE (meV/atom)": lambda row: _range(row.energy_rmse),
        "s to target": _to_target,
        f"s / {first}": lambda row: _range(row.time_ratio),
        "epochs to target": lambda row: _range(row.epochs_to_target),
    }


def _range(found: Spread | None) -> str:
    """The range of several values; a single value has none."""
    return number(found.median) if found is not None and found.low == found.high else spread(found)


def _to_target(row: TrainingRow) -> str:
    if row.n_reached == 0:
        return "not reached"
    some = "" if row.n_reached == row.n_runs else f" in {row.n_reached} of {row.n_runs}"
    return f"{_range(row.seconds_to_target)}{some}"


def _without_nan(value: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_csv(rows: Sequence[TrainingRow], path: Path) -> None:
    """One line per row; a spread becomes three columns: NAME, NAME_low, NAME_high."""
    lines = []
    for row in rows:
        line: dict[str, object] = {}
        for name, value in vars(row).items():
            if "Spread" in TrainingRow.__annotations__[name]:
                ends = (value.median, value.low, value.high) if isinstance(value, Spread) else ("", "", "")
                line |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
            else:
                line[name] = value
        lines.append(line)
    _write_lines(lines, path)


def _write_runs(shown: TrainingPresentation, path: Path) -> None:
    """One line per run."""
    target = shown.bench.settings.target_force
    _write_lines([_line(run, target) for run in shown.bench.runs], path)


def _line(run: TrainingRun, target: float) -> dict[str, object]:
    reached = run.reached(target)
    return {
        "label": run.label,
        "round": run.round,
        "epochs": run.epochs,
        "seconds": run.seconds[-1],
        "wall_seconds": run.wall_seconds,
        "cpu_seconds": run.cpu_seconds,
        "peak_memory": run.peak_memory,
        "load": run.load,
        "best_epoch": run.best + 1,
        "force_rmse": run.force_rmse[run.best],
        "energy_rmse": run.energy_rmse[run.best],
        "epochs_to_target": "" if reached is None else reached + 1,
        "seconds_to_target": "" if reached is None else run.seconds[reached],
    }


def _write_lines(lines: Sequence[dict[str, object]], path: Path) -> None:
    with atomic_write(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(lines[0])
        for line in lines:
            writer.writerow(f"{value:.6g}" if isinstance(value, float) else value for value in line.values())


def _write_page(shown: TrainingPresentation, folder: Path) -> Path:
    bench = shown.bench
    report = Report("Cost of training")
    report.text(shlex.join(shown.command))
    for table in _tables(shown):
        report.table(table.headers, table.rows)
    for line in notes(shown):
        report.text(line)
    lines = error_lines(bench.runs)
    if lines:
        figure = plots.errors_in_time(lines, "Force RMSE, validation (meV/Å)", bench.settings.target_force)
        report.figure(figure, "force_error_in_time", "Error of the validation forces, a line for each run.")
    timed = [(row.label, row.structures_per_second) for row in shown.rows]
    rates = {label: rate for label, rate in timed if rate is not None}
    if rates:
        medians = [rate.median for rate in rates.values()]
        ranges = [(rate.low, rate.high) for rate in rates.values()]
        figure = plots.bars(list(rates), medians, "Structures per second", note="{:.0f}", ranges=ranges)
        report.figure(figure, "structures_per_second", "Median over the epochs, and their range.")
    report.heading("Configurations")
    for case in bench.cases:
        report.details(case.label, yaml.safe_dump(case.values, sort_keys=False, allow_unicode=True))
    report.heading("Machine")
    report.table(["", ""], list(bench.machine.items()))
    return report.write(folder)


def error_lines(runs: Sequence[TrainingRun]) -> dict[str, list[tuple[list[float], list[float]]]]:
    """For each case and run the time in epochs and the force error, where it is known."""
    lines: dict[str, list[tuple[list[float], list[float]]]] = {}
    for run in runs:
        if not all(map(math.isnan, run.force_rmse)):
            lines.setdefault(run.label, []).append((run.seconds, run.force_rmse))
    return lines
