"""Files that ASE reads: small ones that announce too much, and electrons that VASP did not converge."""

from __future__ import annotations

import json
import resource
import time
import warnings
from pathlib import Path

import ase.io
import pytest
from ase import Atoms
from ase.build import bulk
from structures import emt_labelled
from vasp_outcar import outcar

from nnpot import FileFormatError, InvalidInputError
from nnpot.io import read_frames

BILLION = 10**9
CELL = "5 0 0\n0 5 0\n0 0 5\n"
SMALL = {
    "POSCAR": f"Si\n1.0\n{CELL}Si\n{BILLION}\nDirect\n0 0 0\n",
    "XDATCAR": f"Si\n1.0\n{CELL}Si\n{BILLION}\nDirect configuration= 1\n0 0 0\n",
    "a.cube": f"c\nc\n{BILLION} 0 0 0\n99999 0.1 0 0\n99999 0 0.1 0\n99999 0 0 0.1\n14 0 0 0 0\n1\n",
    "a.gen": f"{BILLION} C\nSi\n1 1 0 0 0\n",
    "a.gro": f"t\n{BILLION}\n    1Si     Si    1   0.000   0.000   0.000\n 1 1 1\n",
    "a.xsf": f"CRYSTAL\nPRIMVEC\n{CELL}PRIMCOORD\n{BILLION} 1\n14 0 0 0\n",
    "a.xyz": f"{BILLION}\n\nSi 0 0 0\n",
}
VASPRUN = """<?xml version="1.0" encoding="ISO-8859-1"?>
<modeling>
 <kpoints>
  <varray name="kpointlist"><v> 0 0 0 </v></varray>
  <varray name="weights"><v> 1 </v></varray>
 </kpoints>
 <parameters>
  <separator name="electronic convergence"><i type="int" name="NELM"> 4</i></separator>
 </parameters>
 <atominfo><atoms> 1 </atoms><types> 1 </types>
  <array name="atoms"><dimension dim="1">ion</dimension><set><rc><c>Cu</c><c> 1</c></rc></set></array>
 </atominfo>
 <structure name="initialpos">{structure}</structure>
{calculations}
 <structure name="finalpos">{structure}</structure>
</modeling>
"""
STRUCTURE = (
    '<crystal><varray name="basis"><v> 4 0 0 </v><v> 0 4 0 </v><v> 0 0 4 </v></varray></crystal>'
    '<varray name="positions"><v> 0 0 0 </v></varray>'
)


def vasprun(*electronic_steps: int) -> str:
    """A vasprun.xml with NELM = 4 and a calculation of so many electronic steps each."""
    energy = '<energy><i name="e_fr_energy"> -3.5 </i><i name="e_0_energy"> -3.5 </i></energy>'
    one = f'<structure>{STRUCTURE}</structure><varray name="forces"><v> 0 0 0 </v></varray>{energy}'
    found = [
        " <calculation>\n" + f"<scstep>{energy}</scstep>\n" * n + one + "</calculation>"
        for n in electronic_steps
    ]
    return VASPRUN.format(structure=STRUCTURE, calculations="\n".join(found))


@pytest.mark.parametrize("name", SMALL)
def test_a_count_is_held_against_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(SMALL[name])
    before, start = resource.getrlimit(resource.RLIMIT_AS), time.process_time()
    with pytest.raises(FileFormatError, match=f"{name}.*(cannot be read|expected 1000000000 atoms)"):
        read_frames(path)
    assert time.process_time() - start < 10.0, "it waited for atoms that are not there"
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.parametrize("name", ["a.gen", "a.gro"])
def test_a_right_count_is_read(tmp_path: Path, name: str) -> None:
    atoms = bulk("Si", cubic=True)
    ase.io.write(tmp_path / name, atoms)
    assert len(read_frames(tmp_path / name)[0]) == 8
    text = (tmp_path / name).read_text().replace("8", "9", 1)
    (tmp_path / name).write_text(text)
    with pytest.raises(FileFormatError, match="expected 9 atoms, as this line says, got 8|cannot be read"):
        read_frames(tmp_path / name)


@pytest.mark.parametrize("name", ["frames.traj", "frames.json"])
def test_atoms_without_species_are_refused(tmp_path: Path, name: str) -> None:
    ase.io.write(tmp_path / name, Atoms("CuX", positions=[[0, 0, 0], [0, 0, 2.5]]))
    with pytest.raises(InvalidInputError, match=rf"{name}: frame 0 .*: there are no species, .* atom 1 is 0"):
        read_frames(tmp_path / name)


def test_an_unconverged_step_of_a_vasprun_is_named(tmp_path: Path) -> None:
    path = tmp_path / "vasprun.xml"
    path.write_text(vasprun(3, 4, 2, 4))
    with pytest.warns(UserWarning, match=r"vasprun\.xml: not converged, .* in 2 frame\(s\): 1, 3 "):
        assert len(read_frames(path)) == 4


def test_an_unconverged_step_of_an_outcar_is_named(tmp_path: Path) -> None:
    atoms = emt_labelled(bulk("Cu", cubic=True), "energy", "forces", "stress")
    text = outcar([atoms, atoms, atoms]).replace(
        "   k-points  ", "   NELM   =      3;   NELMIN=  2\n   k-points  ", 1
    )
    for step, n, end in ((1, 2, ""), (2, 3, ""), (3, 3, " aborting loop because EDIFF is reached\n")):
        first = f"{'':20}Iteration {step:6d}(   1)\n"
        assert first in text
        text = text.replace(
            first, "".join(f"{'':20}Iteration {step:6d}({k:4d})\n" for k in range(1, n + 1)) + end
        )
    path = tmp_path / "OUTCAR"
    path.write_text(text)
    with pytest.warns(UserWarning, match=r"OUTCAR: not converged, .* in 1 frame\(s\): 1 \(counted from 0\)"):
        assert len(read_frames(path)) == 3


def test_converged_steps_are_read_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "vasprun.xml"
    path.write_text(vasprun(3, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_frames(path)) == 2


SYMMETRIC = '<varray name="stress"><v> 1 2 3 </v><v> 2 4 5 </v><v> 3 5 6 </v></varray>'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"forces"><v> 0 0 0 </v>', '"forces">', "expected 1 rows of 3 numbers in forces, got 0"),
        ('"forces"><v> 0 0 0 </v>', '"forces"><v> 0.5 </v>', "in forces, got 1 with 1 numbers"),
        ('"positions"><v> 0 0 0 </v>', '"positions">', "expected 1 rows of 3 numbers in positions, got 0"),
        ("<v> 0 0 4 </v>", "", "expected 3 rows of 3 numbers in basis, got 2"),
        ("<v> 2 4 5 </v>", "", "expected 3 rows of 3 numbers in stress, got 2"),
        ("<v> 2 4 5 </v>", "<v> 0 4 5 </v>", "stress must be a symmetric tensor"),
    ],
)
def test_rows_that_a_vasprun_lacks_are_no_zeros(tmp_path: Path, old: str, new: str, message: str) -> None:
    first, last = vasprun(2, 2).replace("</calculation>", f"{SYMMETRIC}</calculation>").rsplit("<scstep>", 1)
    path = tmp_path / "vasprun.xml"
    path.write_text(first + "<scstep>" + last.replace(old, new))
    with pytest.raises(
        (FileFormatError, InvalidInputError), match=rf"vasprun\.xml: frame 1 \(counted from 0\): .*{message}"
    ):
        read_frames(path)
    path.write_text(first + "<scstep>" + last)
    assert len(read_frames(path)) == 2


@pytest.mark.parametrize("place", ["<scstep>", '<varray name="forces">'])
def test_a_vasprun_that_is_cut_says_so(tmp_path: Path, place: str) -> None:
    path = tmp_path / "vasprun.xml"
    path.write_text(vasprun(2, 2, 2).rsplit(place, 1)[0])
    with pytest.warns(UserWarning, match=r"cut short or damaged in line \d+; 2 step\(s\) of it are whole"):
        assert len(read_frames(path)) == 2


@pytest.mark.parametrize("numbers", [[47.5, 29], {"__ndarray__": [[2], "float64", [29.0, 47.5]]}])
def test_half_an_element_in_json_is_refused(tmp_path: Path, numbers: object) -> None:
    path = tmp_path / "frames.json"
    ase.io.write(path, [Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 2.5]])] * 2)
    content = json.loads(path.read_text())
    content["2"]["numbers"] = numbers
    path.write_text(json.dumps(content))
    with pytest.raises(FileFormatError, match=r"frames\.json: frame 1 .*whole numbers .*got 47\.5"):
        read_frames(path)


def test_an_error_of_ase_without_words_is_named(tmp_path: Path) -> None:
    path = tmp_path / "frames.json"
    ase.io.write(path, Atoms("Cu"))
    content = json.loads(path.read_text())
    content["1"]["constraints"] = [{"name": "Nix", "kwargs": {}}]
    path.write_text(json.dumps(content))
    with pytest.raises(FileFormatError, match="cannot be read as json: ValueError without a reason"):
        read_frames(path)
