"""nnpot lattice."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import run
from lattice_reference import energy, equation_7, modified_lennard_jones

from nnpot.lattice.database import read_database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    positions = np.random.default_rng(0).uniform(0.0, 3.0, (3, 3, 2))
    columns = {
        "particleCoordinates": {str(i): r.tolist() for i, r in enumerate(positions)},
        "widthOfCell": {"0": 3.0, "1": 3.5, "2": 3.2},
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(columns))
    return path


@pytest.mark.parametrize("depth", [None, 0, 1])
def test_energies_have_17_digits(file: Path, depth: int | None) -> None:
    result = run("lattice", "energy", str(file), *([] if depth is None else ["--depth", str(depth)]))
    assert result.returncode == 0, result.stderr
    database = read_database(file)
    expected = [
        energy(r, w, 1 if depth is None else depth, modified_lennard_jones)
        for r, w in zip(database.positions, database.widths, strict=True)
    ]
    lines = result.stdout.splitlines()
    np.testing.assert_allclose([float(line) for line in lines], expected, rtol=1e-12, atol=1e-12)
    assert max(len(line.lstrip("-").replace(".", "").lstrip("0")) for line in lines) >= 16


def test_another_potential(file: Path) -> None:
    result = run("lattice", "energy", str(file), "--potential", "equation-7", "--depth", "1")
    first = read_database(file)
    expected = energy(first.positions[0], first.widths[0], 1, equation_7, pairs=False)
    assert float(result.stdout.splitlines()[0]) == pytest.approx(expected, rel=1e-12)
    assert "state the depth" in run("lattice", "energy", str(file), "--potential", "equation-7").stderr


def test_generate_writes_the_documents_json_and_a_report(tmp_path: Path) -> None:
    output, report = tmp_path / "a.json", tmp_path / "report"
    options = ["--points", "200", "--width", "3", "4", "--number-of-widths", "2", "--epochs", "11"]
    result = run("lattice", "generate", "-o", str(output), *options, "--report", str(report))
    assert result.returncode == 0, result.stderr
    database = read_database(output)
    assert f"{len(database)} configurations written" in result.stdout
    said = run("lattice", "energy", str(output)).stdout.split()
    np.testing.assert_array_equal([float(line) for line in said], database.energies)
    assert (report / "report.html").exists() and (report / "energy_by_width.png").exists()


def test_errors_are_one_line(tmp_path: Path) -> None:
    result = run("lattice", "energy", str(tmp_path / "no.json"))
    assert result.returncode == 2 and result.stderr.count("\n") == 1 and "no.json" in result.stderr
    result = run("lattice", "generate", "-o", str(tmp_path / "a.csv"))
    assert result.returncode == 2 and "must end in" in result.stderr
