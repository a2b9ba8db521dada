"""What symmetry functions do on data, their shapes, and their figures."""

from __future__ import annotations

import numpy as np
import pytest
from training_data import alloy_frames

from nnpot.descriptors import automatic_lines, page
from nnpot.descriptors.page import angular_shapes, describe_set, radial_shapes
from nnpot.descriptors.sampling import count_radial_parts, neighbor_histograms, summarize

ELEMENTS = ["Cu", "Au"]


def test_statistics_and_the_strongest_correlation() -> None:
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 100))
    values = np.stack([a, b, 1.0 - a + 0.1 * b, np.ones(100)], axis=1)
    summary = summarize("Si", ["w", "x", "y", "z"], values)
    first, _, third, constant = summary.rows
    assert (first.nearest, third.nearest, constant.nearest) == (2, 0, None)
    assert first.correlation == pytest.approx(np.corrcoef(values[:, 0], values[:, 2])[0, 1])
    assert first.correlation < -0.95 and constant.sigma == 0.0
    assert (first.smallest, first.mean) == (a.min(), pytest.approx(a.mean()))


def test_functions_that_share_their_exponentials_are_one_radial_part() -> None:
    lines = [
        "H 2 O 1.0 0.5 5.0",
        "H 2 O 1.0 0.6 5.0",
        "H 9 H O 0.1 1 1 5.0 0.0",
        "H 9 O H 0.10 -1 4 5.0",
        "H 3 H O 0.1 1 1 5.0",
        "H 13 0.1 0.0 1 1 5.0",
        "H 13 0.1 0.0 1 2 5.0",
        "H 22 H O 0.0 5.0 0 90 p2",
        "H 22 H O 0.0 5.0 90 180 p2",
    ]
    assert count_radial_parts(lines) == 2 + 1 + 1 + 1 + 1


def test_shapes_are_those_of_the_formulas() -> None:
    (radial,) = radial_shapes(["Cu 2 Au 2.0 2.5 4.0", "Cu 2 Au 0.5 0.0 4.0"], ELEMENTS, 1)
    cutoff = 0.5 * (np.cos(np.pi * radial.r / 4.0) + 1.0)
    assert radial.lines[1] == "Cu 2 Au 2 2.5 4", "the order of the core"
    np.testing.assert_allclose(radial.values[1], np.exp(-2.0 * (radial.r - 2.5) ** 2) * cutoff, atol=1e-12)
    (angular,) = angular_shapes(["Cu 9 Cu Au 0.1 -1.0 4.0 4.0"], ELEMENTS, 1)
    expected = (0.5 * (1.0 - np.cos(np.radians(angular.theta)))) ** 4
    np.testing.assert_allclose(angular.angular[0], expected / expected.max(), atol=1e-12)


def test_every_type_of_function_has_a_shape() -> None:
    lines = [f"Cu {rest}" for rest in (
        "1 Au 4.0", "4 Au 1.0 4.0", "12 0.5 0.0 4.0", "13 0.1 0.0 1 1 4.0", "20 Au 1.0 4.0 p2",
        "23 1.0 4.0 p2", "3 Cu Au 0.1 1 1 4.0", "21 Cu Au 1.0 4.0 0 90 p2", "22 Cu Au 1.0 4.0 90 180 e",
        "24 1.0 4.0 0 90 p2", "25 1.0 4.0 0 90 p2",
    )]  # fmt: skip
    shapes = radial_shapes(lines, ELEMENTS, 1)
    assert sum(len(shape.lines) for shape in shapes) == 5
    assert all((np.abs(shape.values).max(axis=1) > 0.01).all() for shape in shapes)
    angular = angular_shapes(lines, ELEMENTS, 1)
    assert sum(len(shape.lines) for shape in angular) == 6
    assert all((shape.angular.max(axis=1) == 1.0).all() for shape in angular)


def test_neighbours_are_counted_by_distance() -> None:
    frames = alloy_frames(4)
    found = neighbor_histograms(frames, 3.5)
    edges, density = found["Cu", "Au"]
    pairs = sum((frame.get_all_distances(mic=False) > 0).sum() for frame in frames)
    assert pairs > 0 and density[edges[:-1] < 1.5].sum() == 0.0 < density.sum()
    assert neighbor_histograms([], 3.5) == {}


def test_figures_have_a_panel_for_every_pair_and_triplet() -> None:
    frames = alloy_frames(6)
    lines = automatic_lines(ELEMENTS, 4.0)
    found = describe_set(lines, ELEMENTS, 6, frames)
    own = found.lines("Cu")
    radial = page.radial_figure(radial_shapes(own, ELEMENTS, 6), found.distances)
    assert [ax.get_title() for ax in radial.axes] == ["Cu–Cu", "Cu–Au"]
    assert len(radial.axes[0].lines) == 8
    angular = page.angular_figure(angular_shapes(own, ELEMENTS, 6))
    assert len(angular.axes) == 6 and len(angular.axes[1].lines) == 4, "zeta and lambda"
    image = page.distribution_figure(found.summaries["Cu"]).axes[0].collections[0].get_array()
    np.testing.assert_allclose(image.filled(0.0).sum(axis=1), 1.0)
    assert len(page.correlation_figure(found.summaries["Cu"]).axes) == 2
