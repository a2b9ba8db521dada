import numpy as np
import pytest
from ase import Atoms

from nnpot.analysis.motion import mean_square_displacement, vibrational_density
from nnpot.errors import InvalidInputError


def walk(n_frames=400, n_atoms=200, step=0.1, length=5.0):
    """Independent walks in a small cell, every position wrapped into it."""
    rng = np.random.default_rng(1)
    path = np.cumsum(rng.normal(0.0, step, (n_frames, n_atoms, 3)), axis=0)
    frames = [Atoms(f"H{n_atoms // 2}He{n_atoms // 2}", r, cell=[length] * 3, pbc=True) for r in path]
    for frame in frames:
        frame.wrap()
    return frames


def test_diffusion_of_random_walks():
    found = mean_square_displacement(walk(), 0.05, "H")
    assert found.msd[0] == 0.0
    assert found.time[1] == 0.05
    per_frame = 3 * 0.1**2
    assert found.msd[10] == pytest.approx(10 * per_frame, rel=0.03)
    assert found.diffusion == pytest.approx(per_frame / 0.05 / 6 * 1e-4, rel=0.15)


def test_motion_of_the_whole_does_not_count():
    still = Atoms("H2", [[0, 0, 0], [1, 1, 1]], cell=[4] * 3, pbc=True)
    frames = []
    for number in range(20):
        frame = still.copy()
        frame.positions += 0.3 * number
        frame.wrap()
        frames.append(frame)
    np.testing.assert_allclose(mean_square_displacement(frames, 1.0, "H").msd, 0.0, atol=1e-12)


def test_displacements_need_atoms_and_frames():
    with pytest.raises(InvalidInputError, match="atoms of Si"):
        mean_square_displacement(walk(10, 4), 1.0, "Si")


def test_oscillators_stand_at_their_frequencies():
    time = np.arange(4000) * 2.0  # fs
    velocities = np.zeros((4000, 2, 3))
    velocities[:, 0, 0] = np.cos(2 * np.pi * 0.010 * time)  # 10 THz
    velocities[:, 1, 2] = np.cos(2 * np.pi * 0.030 * time)
    found = vibrational_density(velocities, np.array([1.0, 3.0]), 2.0)
    width = found.frequency[1] - found.frequency[0]
    assert found.density.sum() * width == pytest.approx(1.0)
    low, high = (found.density[np.abs(found.frequency - f) < 1.5].sum() * width for f in (10.0, 30.0))
    assert low == pytest.approx(0.25, abs=0.01)  # by mass
    assert high == pytest.approx(0.75, abs=0.01)
    assert found.mean_difference(found) == 0.0
    other = vibrational_density(velocities[:, ::-1], np.array([1.0, 3.0]), 2.0)
    assert found.mean_difference(other) == pytest.approx(0.5, abs=0.02)


def test_too_short_for_the_resolution():
    with pytest.raises(InvalidInputError, match="needs 1000 samples that are 4.0 fs apart, got 10"):
        vibrational_density(np.zeros((10, 2, 3)), np.ones(2), 4.0)
