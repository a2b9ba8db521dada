"""Descriptors of a data set: selection, scaling, decorrelation, derivatives."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from training_data import alloy_frames

from nnpot.descriptors import Selection
from nnpot.errors import InvalidInputError
from nnpot.training.inputs.source import decorrelation
from nnpot.training.inputs.symmetry_functions import Descriptor, fit_descriptor

ELEMENTS = ["Cu", "Au"]
LINES = [
    f"{center} {rest}"
    for center in ELEMENTS
    for rest in (
        "2 Cu 0.5 0.0 4.0",
        "2 Au 0.5 0.0 4.0",
        "2 Au 2.0 2.5 4.0",
        "9 Cu Au 0.05 1.0 1.0 4.0",
        "9 Cu Au 0.05 -1.0 2.0 4.0",
    )
]
EMPTY = "Cu 2 Cu 0.5 0.0 0.7"  # no neighbour is so close


@pytest.fixture(scope="module")
def descriptor() -> Descriptor:
    return fit_descriptor(LINES, ELEMENTS, 1, alloy_frames(10))


def test_functions_without_range_are_dropped_with_a_notice(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = fit_descriptor([*LINES, EMPTY], ELEMENTS, 1, alloy_frames(10))
    assert len(found.lines()) == len(LINES)
    (message,) = caplog.messages
    assert "1 symmetry functions are dropped, they do not vary" in message


def test_an_element_without_functions_is_refused() -> None:
    lines = [EMPTY, *(line for line in LINES if line.startswith("Au"))]
    with pytest.raises(InvalidInputError, match=r"none of the 1 symmetry functions of Cu varies"):
        fit_descriptor(lines, ELEMENTS, 1, alloy_frames(10))


def test_scaled_functions_have_zero_mean_and_unit_deviation(descriptor: Descriptor) -> None:
    plain = descriptor.with_plain_inputs()
    frames = alloy_frames(10)
    values = [plain.describe(frame).values[frame.symbols == "Cu"] for frame in frames]
    inputs = np.concatenate(values)
    np.testing.assert_allclose(inputs.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(inputs.std(axis=0, ddof=1), 1.0, rtol=1e-12)


def test_decorrelation_gives_uncorrelated_inputs_and_can_be_undone() -> None:
    random = np.random.default_rng(0)
    common = random.normal(size=(200, 1))
    scaled = common + 0.1 * random.normal(size=(200, 4))
    found = decorrelation(scaled)
    inputs = scaled @ found.transform
    covariance = inputs.T @ inputs
    off_diagonal = covariance - np.diag(np.diag(covariance))
    assert np.abs(off_diagonal).max() < 1e-10 * covariance.max()
    np.testing.assert_allclose(np.diag(covariance) / 200, 1.0, atol=0.35)
    assert found.initial_scale[-1] == pytest.approx(np.sqrt(0.5), rel=1e-3)
    assert (found.initial_scale[:-1] < 0.15).all(), "small differences must start with small weights"


@pytest.mark.parametrize("transformed", [True, False])
def test_derivatives_are_those_of_the_values(descriptor: Descriptor, transformed: bool) -> None:
    descriptor = descriptor if transformed else descriptor.with_plain_inputs()
    frame = alloy_frames(2, seed=3)[1]
    found = descriptor.describe(frame)
    step = 1e-5
    for atom, axis in ((0, 0), (3, 2)):
        moved = [frame.copy(), frame.copy()]
        for sign, copy in zip((1, -1), moved, strict=True):
            copy.positions[atom, axis] += sign * step
        expected = np.subtract(*(descriptor.describe(copy).values for copy in moved)) / (2 * step)
        analytic = np.zeros_like(expected)
        pairs = found.neighbor == atom
        np.add.at(analytic, found.center[pairs], found.gradient[pairs, :, axis])
        assert np.abs(expected).max() > 0.1, "derivatives too small to test anything"
        np.testing.assert_allclose(analytic, expected, rtol=1e-6, atol=1e-7)


def test_a_selection_decides_which_functions_are_kept() -> None:
    frames = alloy_frames(10)
    found = fit_descriptor(LINES, ELEMENTS, 1, frames, selection=Selection(method="cur", count=3))
    assert [found.n_functions(element) for element in ELEMENTS] == [3, 3]
    everything = fit_descriptor(LINES, ELEMENTS, 1, frames)
    for element in ELEMENTS:
        rows = [everything.functions.functions(element).index(line) for line in found.lines()
                if line.startswith(element)]  # fmt: skip
        np.testing.assert_allclose(found.statistics[element], everything.statistics[element][rows])
