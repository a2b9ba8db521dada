import numpy as np
import pytest
from ase import Atoms

from nnpot.analysis.bonding import bonding, mean_bonding
from nnpot.errors import InvalidInputError
from nnpot.reference.recipe import SpaceGroup


def cristobalite():
    sites = [("Si", 0.0, 0.0, 0.0), ("O", 0.125, 0.125, 0.125)]
    return SpaceGroup(number=227, cell=(7.16, 7.16, 7.16, 90, 90, 90), sites=sites).build()


def test_tetrahedra_of_cristobalite():
    around_si = bonding([cristobalite()], "Si", "O", 1.8)
    np.testing.assert_allclose(around_si.coordination, [0, 0, 0, 0, 1])
    assert around_si.mean_coordination == pytest.approx(4)
    assert around_si.mean_angle == pytest.approx(np.degrees(np.arccos(-1 / 3)))
    around_o = bonding([cristobalite()], "O", "Si", 1.8)
    assert around_o.mean_coordination == pytest.approx(2)
    assert around_o.mean_angle == pytest.approx(180.0)


def test_mean_over_frames_and_distribution():
    bent = Atoms("HOH", [[1, 0, 0], [0, 0, 0], [np.cos(1.8), np.sin(1.8), 0]], cell=[9] * 3, pbc=True)
    straight = Atoms("HOH", [[1, 0, 0], [0, 0, 0], [-1, 0, 0]], cell=[9] * 3, pbc=True)
    found = bonding([bent, straight], "O", "H", 1.1)
    assert found.mean_angle == pytest.approx(0.5 * (np.degrees(1.8) + 180.0))
    assert found.density.sum() * 2.0 == pytest.approx(1.0)
    assert found.density[found.angle == 103.0] == pytest.approx(0.25)
    np.testing.assert_allclose(bonding([bent], "O", "H", 0.5).coordination, [1.0])


def test_mean_of_simulations_with_other_numbers_of_bonds():
    bent = Atoms("HOH", [[1, 0, 0], [0, 0, 0], [0, 1, 0]], cell=[9] * 3, pbc=True)
    planar = Atoms("OH4", [[0, 0, 0], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]], cell=[9] * 3, pbc=True)
    one, other = (bonding([frame], "O", "H", 1.1) for frame in (bent, planar))
    both = mean_bonding([one, other])
    assert both.mean_angle == pytest.approx(0.5 * (90.0 + 120.0))
    np.testing.assert_allclose(both.coordination, [0, 0, 0.5, 0, 0.5])
    assert both.mean_coordination == pytest.approx(3.0)
    np.testing.assert_allclose(both.density, 0.5 * (one.density + other.density))


def test_simulations_count_alike_and_angles_are_the_middles_of_their_bins():
    bent = Atoms("HOH", [[1, 0, 0], [0, 0, 0], [0, 1, 0]], cell=[9] * 3, pbc=True)
    straight = Atoms("HOH", [[1, 0, 0], [0, 0, 0], [-1, 0, 0]], cell=[9] * 3, pbc=True)
    one, other = (bonding([frame], "O", "H", 1.1) for frame in (bent, straight))
    assert mean_bonding([one, one, other]).mean_angle == pytest.approx((90 + 90 + 180) / 3)
    np.testing.assert_allclose(one.angle[[0, 1, -1]], [1.0, 3.0, 179.0])
    assert one.angle[one.density.argmax()] == pytest.approx(91.0)


def test_nothing_to_look_at_is_refused():
    with pytest.raises(InvalidInputError, match="atoms of Ge, got none"):
        bonding([cristobalite()], "Ge", "O", 2.0)
    with pytest.raises(InvalidInputError, match="expected frames"):
        bonding([], "Si", "O", 2.0)
    with pytest.raises(InvalidInputError, match="at least one simulation"):
        mean_bonding([])


def test_atoms_of_all_frames_count_alike_in_the_shares():
    bent = Atoms("HOH", [[1, 0, 0], [0, 0, 0], [0, 1, 0]], cell=[9] * 3, pbc=True)
    planar = Atoms("OH4", [[0, 0, 0], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]], cell=[9] * 3, pbc=True)
    found = bonding([bent, planar, bent], "O", "H", 1.1)
    np.testing.assert_allclose(found.coordination, [0, 0, 2 / 3, 0, 1 / 3])
    assert found.mean_coordination == pytest.approx(8 / 3)
    np.testing.assert_allclose(found.mean_angles, [90.0, 120.0, 90.0])
    assert bonding([bent], "O", "H", 1.1).mean_angles is None, "one frame has no blocks"
