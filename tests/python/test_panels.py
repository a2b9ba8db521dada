import numpy as np
import pytest

from nnpot.panels import Panel, panels


def test_panels_share_colours_and_one_legend():
    x = np.linspace(0.0, 1.0, 5)
    first = Panel({"truth": (x, x), "network": (x, x**2)}, "x (Å)", "y", x_limits=(0.0, 0.5))
    second = Panel({"network": (x, x)}, "x", "z", y_from_zero=True, y_top=0.7, marked=True)
    figure = panels({"one": first, "two": second})
    one, two = figure.axes[:2]
    assert [ax.get_title() for ax in (one, two)] == ["one", "two"]
    assert one.get_xlim() == (0.0, 0.5)
    assert two.get_ylim() == (0.0, 0.7)
    assert one.lines[1].get_color() == two.lines[0].get_color() != one.lines[0].get_color()
    assert two.lines[0].get_marker() != one.lines[1].get_marker()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["truth", "network"]


def test_many_panels_stand_in_rows_of_three():
    x = np.arange(3.0)
    figure = panels({str(n): Panel({"a": (x, n * x)}, "x", "y") for n in range(8)})
    shown = [ax for ax in figure.axes if ax.axison]
    assert len(shown) == 8
    assert figure.get_figheight() == pytest.approx(9.0)
