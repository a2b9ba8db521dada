"""Eigenvalues of proximity matrices: equation (11), symmetries, derivatives also where they coincide."""

from __future__ import annotations

import numpy as np
import pytest
from lattice_reference import proximity_matrix
from numpy.typing import NDArray

from nnpot.errors import InvalidInputError
from nnpot.lattice.eigenvalues import Eigenvalues

Array = NDArray[np.float64]
ORDERS = (-2, -3, -4)
CELLS = {"2-D": (2, 4, 3.0, 7.0), "2-D small radius": (2, 5, 4.0, 1.8), "3-D": (3, 3, 2.5, 4.0)}


def random_cell(name: str) -> tuple[Array, float, float]:
    dimensions, particles, width, radius = CELLS[name]
    positions = np.random.default_rng(2).uniform(0.0, width, (particles, dimensions))
    return positions, width, radius


@pytest.mark.parametrize("name", CELLS)
def test_values_are_those_of_equation_11(name: str) -> None:
    positions, width, radius = random_cell(name)
    expected = [np.linalg.eigvalsh(proximity_matrix(positions, width, order, radius)) for order in ORDERS]
    found = Eigenvalues(ORDERS, radius).values(positions[None], width)
    np.testing.assert_allclose(found[0], np.concatenate(expected), rtol=1e-11, atol=1e-10)


def test_origin_image_and_order_of_particles_change_nothing() -> None:
    positions, width, radius = random_cell("2-D")
    other = positions[[2, 0, 3, 1]] + [0.7, -5.3]
    other[1] += [width, -2 * width]
    descriptor = Eigenvalues(ORDERS, radius)
    np.testing.assert_allclose(
        descriptor.values(other[None], width), descriptor.values(positions[None], width), rtol=1e-10
    )


@pytest.mark.parametrize("name", CELLS)
def test_derivatives(name: str) -> None:
    positions, width, radius = random_cell(name)
    descriptor = Eigenvalues(ORDERS, radius)
    found = descriptor.gradient(positions[None], width)
    np.testing.assert_allclose(found.values, descriptor.values(positions[None], width), rtol=1e-9, atol=1e-12)
    h = 1e-6
    for index in np.ndindex(positions.shape):
        step = np.zeros_like(positions)
        step[index] = h
        up, down = descriptor.values(np.array([positions + step, positions - step]), width)
        expected = (up - down) / (2 * h)
        assert np.abs(expected).max() > 0.01
        scale = np.abs(expected).max()
        np.testing.assert_allclose(
            found.by_position[0][(slice(None), *index)], expected, rtol=1e-5, atol=1e-6 * scale
        )
    up, down = (descriptor.values(positions[None], w)[0] for w in (width + h, width - h))
    expected = (up - down) / (2 * h)
    np.testing.assert_allclose(
        found.by_width[0], expected, rtol=1e-5, atol=1e-6 * max(np.abs(expected).max(), 1.0)
    )


def test_directional_derivatives_are_the_gradient_where_nothing_coincides() -> None:
    positions, width, radius = random_cell("2-D")
    descriptor = Eigenvalues(ORDERS, radius)
    motion = np.random.default_rng(3).normal(size=positions.shape)
    gradient = descriptor.gradient(positions[None], width)
    expected = np.einsum("nkmd,md->nk", gradient.by_position, motion) + 0.3 * gradient.by_width
    found = descriptor.directional(positions[None], width, motion, width_rate=0.3)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


SQUARE = np.array([[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0]])


def test_a_square_has_coinciding_eigenvalues() -> None:
    values = Eigenvalues((-2,), 6.0).values(SQUARE[None], 5.0)[0]
    assert np.diff(values).min() < 1e-11 * values.max()


def test_directional_derivatives_where_eigenvalues_coincide() -> None:
    descriptor = Eigenvalues(ORDERS, 6.0)
    motion = np.random.default_rng(4).normal(size=SQUARE.shape)
    h = 1e-6
    expected = (
        descriptor.values((SQUARE + h * motion)[None], 5.0) - descriptor.values(SQUARE[None], 5.0)
    ) / h
    found = descriptor.directional(SQUARE[None], 5.0, motion)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    backward = descriptor.directional(SQUARE[None], 5.0, -motion)
    assert np.abs(found + backward).max() > 0.1 * np.abs(found).max(), "nothing splits: nothing was tested"


def test_gradients_where_eigenvalues_coincide_are_exact_for_their_mean() -> None:
    descriptor = Eigenvalues((-2,), 6.0)
    values = descriptor.values(SQUARE[None], 5.0)[0]
    middle = int(np.argmin(np.diff(values)))
    gradient = descriptor.gradient(SQUARE[None], 5.0).by_position[0]
    np.testing.assert_allclose(gradient[middle], gradient[middle + 1], rtol=1e-12, atol=1e-12)
    motion, h = np.random.default_rng(5).normal(size=SQUARE.shape), 1e-5
    up, down = (descriptor.values((SQUARE + s * h * motion)[None], 5.0)[0] for s in (1, -1))
    expected = (up - down)[[middle, middle + 1]].mean() / (2 * h)
    assert abs(expected) > 0.01
    assert float((gradient[middle] * motion).sum()) == pytest.approx(expected, rel=1e-5)


def test_orders_above_minus_two_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="orders must be -2 or less, got -1"):
        Eigenvalues((-2, -1)).values(SQUARE[None], 5.0)
