import numpy as np
import pytest
from ase.build import bulk

from nnpot.analysis.elastic import cubic_elasticity, elastic_tensor, equilibrium_cell
from nnpot.errors import NnpotError
from nnpot.lammps.runtime import PairCommands

SW = PairCommands("sw", ("* * {potentials}/Si.sw Si",))


def test_stillinger_weber_silicon():
    """Literature: C11 151.4, C12 76.4, C44 56.4 GPa (relaxed; 109.8 with the atoms held), a = 5.431 Å."""
    silicon = cubic_elasticity(bulk("Si", "diamond", a=5.5, cubic=True), ["Si"], SW)
    assert silicon.lattice_constant == pytest.approx(5.43095, abs=1e-4)
    assert silicon.energy_per_atom == pytest.approx(-4.3366, abs=1e-5)
    assert silicon.c11 == pytest.approx(151.4, abs=0.1)
    assert silicon.c12 == pytest.approx(76.4, abs=0.1)
    assert silicon.c44 == pytest.approx(56.4, abs=0.1)


def test_tensor_is_symmetric_and_turns_with_the_crystal():
    rest = equilibrium_cell(bulk("Si", "diamond", a=5.43, cubic=True), ["Si"], SW)
    rest.rotate(45, "z", rotate_cell=True)
    tensor = elastic_tensor(rest, ["Si"], SW)
    np.testing.assert_allclose(tensor, tensor.T, atol=0.05)
    assert tensor[0, 0] == pytest.approx((151.4 + 76.4) / 2 + 56.4, abs=0.2)  # C11' = (C11 + C12) / 2 + C44
    assert tensor[5, 5] == pytest.approx((151.4 - 76.4) / 2, abs=0.2)


def test_no_equilibrium_is_said():
    with pytest.raises(NnpotError, match=r"between 0\.95 and 1\.05"):
        equilibrium_cell(bulk("Si", "diamond", a=6.2, cubic=True), ["Si"], SW)
