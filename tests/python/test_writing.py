"""nnpot.io.writing: the name of a file is its format, or is refused."""

from __future__ import annotations

from pathlib import Path

import ase.db
import numpy as np
import pytest
from ase import Atoms
from ase.io import iread
from structures import structure

from nnpot import InvalidInputError, Potential, Prediction
from nnpot.io import require_known_format, with_prediction, write_results

NAMES = ["out.traj", "out.db", "out.json", "out.xyz.gz", "OUT.XYZ", "out.extxyz", "out"]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_is_its_format(tmp_path: Path, potential: Potential, name: str) -> None:
    frames = [structure("slab"), structure("cluster")]
    frames[0].info["group"] = "solid"
    frames[0].set_tags(range(16))
    said = [potential.predict(atoms, uncertainty=True) for atoms in frames]
    (tmp_path / name).write_text("what was there before")
    require_known_format(tmp_path / name)
    write_results(tmp_path / name, [with_prediction(*pair) for pair in zip(frames, said, strict=True)])
    assert [path.name for path in tmp_path.iterdir()] == [name]
    kind = None if name.endswith((".traj", ".db", ".json")) else "extxyz"
    found = list(iread(tmp_path / name, index=":", format=kind))
    for frame, atoms, prediction in zip(found, frames, said, strict=True):
        assert list(frame.symbols) == list(atoms.symbols) and frame.pbc.tolist() == atoms.pbc.tolist()
        np.testing.assert_allclose(frame.positions, atoms.positions, rtol=1e-15)
        np.testing.assert_allclose(frame.get_potential_energy(), prediction.energy, rtol=1e-15)
        np.testing.assert_allclose(frame.get_forces(), prediction.forces, rtol=1e-15)
        assert ("stress" in frame.calc.results) == (prediction.stress is not None)
        if prediction.stress is not None:
            np.testing.assert_allclose(frame.get_stress(), prediction.stress, rtol=1e-12, atol=1e-16)
    assert found[0].get_tags().tolist() == list(range(16))
    _same_arrays(tmp_path / name, found[0], said[0])


def _same_arrays(path: Path, frame: Atoms, prediction: Prediction) -> None:
    """Where each format has what not all of ASE knows of."""
    assert prediction.uncertainty is not None
    places = {".traj": frame.info, ".db": {}, ".json": {}}.get(path.suffix, frame.arrays)
    if path.suffix in (".db", ".json"):
        places = next(ase.db.connect(path).select(natoms=16)).data
        assert places["group"] == "solid"
    else:
        assert frame.info["group"] == "solid"
    energies = places["energies"] if path.suffix == ".db" else frame.get_potential_energies()
    np.testing.assert_allclose(places["grades"], prediction.uncertainty.grades, rtol=1e-15)
    np.testing.assert_allclose(energies, prediction.atomic_energies, rtol=1e-15)


@pytest.mark.parametrize(
    "name", ["out.cif", "out.data", "out.json.gz", "out.traj.gz", "out.txt", "POSCAR.vasp", "out.1", "out.gz"]
)
def test_other_formats_are_refused_before_the_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"is no format that results are written in; expected a name"):
        require_known_format(tmp_path / name)
    with pytest.raises(InvalidInputError, match=name):
        write_results(tmp_path / name, [structure("slab")])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["out.traj", "out.db", "out.json", "out.xyz"])
def test_what_was_there_stays_when_frames_cannot_be_written(
    tmp_path: Path, potential: Potential, name: str
) -> None:
    (tmp_path / name).write_text("before")
    atoms = structure("slab")
    good = with_prediction(atoms, potential.predict(atoms))
    bad = good.copy()
    bad.positions[0, 0] = np.nan
    with pytest.raises(InvalidInputError, match=r"frame 1 .* position of atom 0 must be a finite number"):
        write_results(tmp_path / name, [good, bad])
    assert (tmp_path / name).read_text() == "before" and len(list(tmp_path.iterdir())) == 1
