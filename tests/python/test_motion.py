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
    with pytest.raises(InvalidInputError, match="at least eight frames"):
        mean_square_displacement(walk(7, 4), 1.0, "H")
    assert len(mean_square_displacement(walk(8, 4), 1.0, "H").msd) == 4


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


@pytest.mark.parametrize(("n_samples", "n_pieces"), [(1000, 1), (1499, 1), (1500, 2), (2000, 3)])
def test_pieces_of_a_spectrum_overlap_by_half_and_reach_the_end(n_samples, n_pieces):
    """An oscillator that starts in the last quarter is in the last piece alone, however many there are."""
    time = np.arange(n_samples) * 2.0
    velocities = np.zeros((n_samples, 1, 3))
    velocities[:, 0, 0] = np.where(time < 2.0 * (n_samples - 250), 1.0, 1e3) * np.cos(0.02 * np.pi * time)
    found = vibrational_density(velocities, np.ones(1), 2.0, resolution=1.0)
    if n_pieces == 1:
        assert found.pieces is None and np.isnan(found.error).all()
        return
    assert len(found.pieces) == n_pieces
    np.testing.assert_allclose(found.pieces.mean(axis=0), found.density)
    shares = found.pieces.sum(axis=1) / found.pieces.sum()
    assert shares[-1] > 0.9
