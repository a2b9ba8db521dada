"""A reference may do what it likes: a label is whole and of the right shape, or failed with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learning_setup import copper_config, copper_frames

from nnpot.errors import InvalidInputError, NnpotError
from nnpot.learning.config import AseReference, ReferenceConfig
from nnpot.learning.reference import LabelTask, check_reference, label, label_frames


def reference(name: str, **arguments: Any) -> ReferenceConfig:
    return ReferenceConfig(ase=AseReference(calculator=f"strange_references.{name}", arguments=arguments))


def labelled(name: str, pbc: bool | tuple[bool, ...] = True, cell: bool = True, **arguments: Any) -> Any:
    (frame,) = copper_frames(1, 0.05, 0)
    frame.pbc = pbc
    if not cell:
        frame.cell[2] = 0.0
    return label(LabelTask(frame, ["Cu"], reference(name, **arguments), Path("unused")))


def test_a_right_label_is_taken() -> None:
    found = labelled("Strange", kind="right")
    assert found.get_forces().shape == (32, 3) and found.get_stress().shape == (6,)
    assert np.isfinite(found.get_potential_energy())


@pytest.mark.parametrize(
    ("calculator", "pbc", "cell", "has_stress"),
    [
        ("Strange", True, True, True),
        ("Strange", (True, True, False), True, True),
        ("Strange", False, True, True),
        ("Strange", (True, True, False), False, False),
        ("OfCrystals", True, True, True),
        ("OfCrystals", (True, True, False), True, False),
    ],
)
def test_stress_is_asked_for_wherever_there_is_a_volume(
    calculator: str, pbc: bool | tuple[bool, ...], cell: bool, has_stress: bool
) -> None:
    found = labelled(calculator, pbc, cell, kind="right")
    assert ("stress" in found.calc.results) == has_stress
    assert found.get_forces().shape == (32, 3)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("energy of atoms", r"energy of the reference must be a single number, got numbers of shape \(32,\)"),
        ("energy as text", "energy of the reference must be numbers, got '-3.1'"),
        (
            "no energy",
            "energy of the reference must be a single number, got .None.|not (present|implemented)",
        ),
        ("complex energy", "energy of the reference must be a single number"),
        ("nan", "energy of the reference must be finite"),
        (
            "two columns",
            r"forces of the reference must be numbers of shape \(32, 3\), got numbers of shape \(32, 2\)",
        ),
        ("one atom less", r"must be numbers of shape \(32, 3\), got numbers of shape \(31, 3\)"),
        ("infinite forces", "forces of the reference must be finite"),
    ],
)
def test_wrong_numbers_fail_with_their_reason(kind: str, message: str) -> None:
    with pytest.raises(NnpotError, match=message):
        labelled("Strange", kind=kind)


@pytest.mark.parametrize("kind", ["ragged", "nine stresses"])
def test_what_numpy_or_ase_refuse_fails_too(kind: str) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is, the farm makes a reason of it
        labelled("Strange", kind=kind)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "gave None, which is no ASE calculator"),
        ("text", "gave 'EMT', which is no ASE calculator"),
        ("copper", None),
    ],
)
def test_what_is_no_calculator_is_said(name: str, message: str | None) -> None:
    with pytest.raises(Exception if message is None else NnpotError, match=message):
        labelled(name)


def test_a_reference_that_moves_the_atoms_labels_another_structure() -> None:
    with pytest.raises(NnpotError, match="changed the atoms that it was to label"):
        labelled("Moving", kind="right")


def test_a_reference_that_cannot_be_imported_is_said_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leaving.py").write_text("import sys\nsys.exit(0)\n")
    (tmp_path / "broken.py").write_text("def\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, message in (
        ("leaving.Calculator", "SystemExit"),
        ("broken.Calculator", "SyntaxError"),
        ("strange_references.NUMBER", "is 3, no class or function"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            check_reference(ReferenceConfig(ase=AseReference(calculator=name)))


def test_exits_crashes_and_endless_labels_fail_once_and_the_others_are_kept(tmp_path: Path) -> None:
    """As a loop labels; a resumed one finds the failures and does not run them again."""
    for kind in ("exit", "crash", "never"):
        limit = 0.005 if kind == "never" else None
        config = copper_config(
            tmp_path,
            reference=reference("Strange", kind=kind).model_copy(update={"time_limit": limit}).model_dump(),
        )
        folder = tmp_path / f"labels {kind}"
        message = {
            "exit": "called sys.exit()",
            "crash": "its process died",
            "never": "did not end within 0.005 minutes",
        }
        for _ in range(2):
            with pytest.raises(NnpotError, match=f"all 1 labels failed, .*{message[kind]}"):
                label_frames(copper_frames(1, 0.05, 0), config, folder)
            assert [path.name for path in folder.iterdir()] == ["0000.failed.xyz"]
