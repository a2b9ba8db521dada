"""Medians, ranges and ratios of the times of networks, and where TensorFlow catches up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nnpot.benchmark.network_cases import REFERENCE
from nnpot.benchmark.networks import Case, Times
from nnpot.benchmark.summary import Spread


@dataclass(frozen=True)
class NetworkRow:
    """What was found for one case and contestant."""

    case: Case
    label: str
    evaluations: int  # of which a round's time is the mean
    time: Spread  # µs an evaluation, over the rounds
    ratio: Spread  # time over that of Armadillo without gradient in the same round

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
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
        """None where that was not measured."""
        return self._rows.get((Case(layers, nodes, self._precision, batch), label))

    def ratios(self, label: str, batch: int) -> dict[tuple[float, float], float]:
        """Median ratio at (layers, nodes)."""
        found = {}
        for layers in self.layers:
            for nodes in self.nodes:
                row = self.row(layers, nodes, batch, label)
                if row is not None:
                    found[float(layers), float(nodes)] = row.ratio.median
        return found

    def catching_up(self, label: str) -> dict[tuple[float, float], float | None]:
        """At (layers, nodes) the smallest batch from which on a contestant is as fast as Armadillo.

        None where it is slower at the largest batch that was measured.
        """
        found: dict[tuple[float, float], float | None] = {}
        for layers in self.layers:
            for nodes in self.nodes:
                rows = [self.row(layers, nodes, batch, label) for batch in self.batches]
                batch = None
                for row in reversed([row for row in rows if row is not None]):
                    if row.ratio.median > 1.0:
                        break
                    batch = float(row.case.batch)
                found[float(layers), float(nodes)] = batch
        return found
