import dataclasses

import numpy as np
import pytest

from nnpot.figures.panels import Panel, lines


def test_panels_have_their_limits_and_share_a_legend():
    x = np.linspace(0.0, 1.0, 5)
    curves = {"truth": (x, x), "network": (x, x**2)}
    first = Panel("one", "x (Å)", "y", curves, x_limits=(0.0, 0.5))
    second = Panel("two", "x", "z", curves, y_limits=(0.0, 0.7), markers=True)
    third = Panel("three", "x", "z", curves, y_limits=(0.1, None))
    figure = lines([first, second, third])
    one, two, three = figure.axes[:3]
    assert [ax.get_title() for ax in (one, two, three)] == ["one", "two", "three"]
    assert one.get_xlim() == (0.0, 0.5)
    assert two.get_ylim() == (0.0, 0.7)
    assert three.get_ylim()[0] == pytest.approx(0.1)
    assert three.get_ylim()[1] > 1.0
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["truth", "network"]


def test_two_standard_errors_are_shaded_where_they_are_known():
    x = np.linspace(0.0, 1.0, 5)
    panel = Panel("one", "x", "y", {"truth": (x, x), "network": (x, 2 * x)}, errors={"network": 0.1 * x})
    (axes,) = lines([panel]).axes
    (band,) = axes.collections
    assert band.get_paths()[0].vertices[:, 1].max() == pytest.approx(2.2)
    (axes,) = lines([dataclasses.replace(panel, errors={"network": np.full(5, np.nan)})]).axes
    assert not axes.collections
