"""What spread and extrapolation say about a step: trusted, uncertain, or to be stopped."""

from __future__ import annotations

from enum import Enum

from nnpot.learning.config import TrustConfig


class Verdict(str, Enum):
    """About one step."""

    TRUSTED = "trusted"
    UNCERTAIN = "uncertain"
    STOP = "stop"


def judge(trust: TrustConfig, force_spread: float, grade: float) -> Verdict:
    """The verdict on a step by its largest force spread (eV/Å) and grade; NaN stops."""
    if force_spread < trust.force_spread.low and grade < trust.grade.low:
        return Verdict.TRUSTED
    if force_spread < trust.force_spread.high and grade < trust.grade.high:
        return Verdict.UNCERTAIN
    return Verdict.STOP
