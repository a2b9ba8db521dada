"""The page with its sections as methods: what scripts import."""

from __future__ import annotations

from nnpot.figures import sections
from nnpot.figures.page import Page
from nnpot.figures.sections import CURVES

__all__ = ["CURVES", "Report"]


class Report(Page):
    """A `Page` that has the functions of `nnpot.figures.sections` as methods."""

    model = sections.add_model
    data = sections.add_data
    errors = sections.add_errors
    worst = sections.add_worst_frames
    predictions = sections.add_predictions
    parity = sections.add_parity
    distributions = sections.add_distributions
    learning_curves = sections.add_learning_curves
