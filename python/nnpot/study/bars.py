"""What a study asks of its potential, and whether it got it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nnpot.analysis.statistical_error import Estimate

MET, WITHIN_ERROR, MISSED, SHOWN = "met", "missed within its error", "missed", "not judged"
"""Verdicts; the second is no failure: chance alone may have done it. The last is that of times."""
MARKS = {MET: "✓", WITHIN_ERROR: "≈", MISSED: "✗", SHOWN: "·"}
ERRORS = 2.0
"""A figure is beyond chance when it is beyond its limit by more standard errors than this."""
HEADER = ("What was asked for", "found ± standard error", "limit", "unit", "")


@dataclass(frozen=True)
class Bar:
    """A figure that should not be above its limit, or with ``at_least`` not below it.

    ``error`` is its standard error: 0 where chance has no part in it, NaN where it is not known. A figure
    that is not ``judged`` is shown beside what was asked for, and neither met nor missed.
    """

    name: str
    value: float
    limit: float
    unit: str
    at_least: bool = False
    error: float = 0.0
    judged: bool = True

    @classmethod
    def of(cls, name: str, found: Estimate, limit: float, unit: str, at_least: bool = False) -> Bar:
        """Ask something of a figure with a statistical error."""
        return cls(name, float(found.value), limit, unit, at_least, float(found.error))

    @classmethod
    def time(cls, name: str, found: Estimate | float, limit: float, unit: str) -> Bar:
        """Show a time, or a ratio of times, without judging it: a busy machine would miss it."""
        value, error = (found.value, found.error) if isinstance(found, Estimate) else (found, 0.0)
        return cls(name, float(value), limit, unit, error=float(error), judged=False)

    @property
    def verdict(self) -> str:
        """Met, missed within its error, or missed; a figure that is no number is missed."""
        if not self.judged:
            return SHOWN
        if self._meets(self.value):
            return MET
        known = ERRORS * self.error if self.error > 0.0 else 0.0
        return WITHIN_ERROR if self._meets(self.value + (known if self.at_least else -known)) else MISSED

    @property
    def passed(self) -> bool:
        """Whether it is not missed beyond chance."""
        return self.verdict != MISSED

    def _meets(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    @property
    def row(self) -> tuple[str, ...]:
        """The cells below `HEADER`: name, figure with its error, limit, unit, verdict."""
        found, asked = (
            Estimate(self.value, self.error).text(),
            f"{'≥' if self.at_least else '≤'} {self.limit:g}",
        )
        return (self.name, found, asked, self.unit, f"{MARKS[self.verdict]} {self.verdict}")

    @property
    def summary(self) -> dict[str, Any]:
        """All of it for summary.json; an error that is not known is None."""
        error = self.error if self.error >= 0.0 else None
        return asdict(self) | {"error": error, "verdict": self.verdict, "passed": self.passed}


def conclusion(bars: Sequence[Bar], what: str) -> str:
    """Say whether what was asked about is good: it is unless a bar is missed beyond chance."""
    missed, unsure = ([bar.name for bar in bars if bar.verdict == kind] for kind in (MISSED, WITHIN_ERROR))
    bars = [bar for bar in bars if bar.judged]
    if not bars:
        return f"{what}: nothing was asked for that could be missed"
    if missed:
        verb = "is" if len(missed) == 1 else "are"
        return f"{what} is not good: {len(missed)} of {len(bars)} bars {verb} missed ({'; '.join(missed)})"
    if unsure:
        met = len(bars) - len(unsure)
        return (
            f"{what} is good: {met} of {len(bars)} bars are met, the others missed by no more than chance "
            f"({'; '.join(unsure)})"
        )
    return f"{what} is good: all {len(bars)} bars are met"
