"""Models are read once: what the first rank sees counts, and all ranks end where it cannot be read."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from lammps_command import BIN, LMP, lammps_variables, preamble, run_successfully, thermo_table, write_data
from structures import structure

RUN = "thermo_style custom step pe press\nthermo_modify format float %.15g\nrun 0\n"
NNP = "pair_style nnp\npair_coeff * * model Si O\n"
HDNNP = "pair_style hdnnp 20 dir model showew no\npair_coeff * * Si O\n"
COMMITTEE = "pair_style nnp\npair_coeff * * model model Si O\n"
INSTANCES = (
    "pair_style hybrid/overlay nnp nnp\npair_coeff * * nnp 1 model Si O\npair_coeff * * nnp 2 model Si NULL\n"
)


def run_apart(script: str, directories: list[Path]) -> subprocess.CompletedProcess[str]:
    """Run a script on as many ranks as directories, each rank in its own."""
    command: list[str] = [str(BIN / "mpiexec")]
    for directory in directories:
        (directory / "in.lammps").write_text(script)
        rank = ["-n", "1", "sh", "-c", 'cd "$0" && exec "$@"', str(directory), str(LMP), "-in", "in.lammps"]
        command += [*([":"] if len(command) > 1 else []), *rank, "-nocite"]
    return subprocess.run(
        command, env=lammps_variables(), capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def places(model_directory: Path, committee: list[Path], tmp_path: Path) -> dict[str, Path]:
    """Directories of ranks: with a model, with another one, with none, with a damaged one."""
    found = {name: tmp_path / name for name in ("own", "other", "empty", "damaged")}
    for name, place in found.items():
        place.mkdir()
        write_data(place / "data", structure("crystal"), ("Si", "O"))
        if name != "empty":
            shutil.copytree(committee[1] if name == "other" else model_directory, place / "model")
    weights = found["damaged"] / "model" / "weights.008.data"
    weights.write_text(weights.read_text()[:-400])
    return found


def energy_and_pressure(output: str) -> list[float]:
    return [float(value) for value in thermo_table(output)[-1][1:]]


@pytest.mark.parametrize(
    "commands", [NNP, HDNNP, COMMITTEE, INSTANCES], ids=["nnp", "hdnnp", "committee", "two"]
)
@pytest.mark.parametrize("second", ["other", "empty"])
def test_files_of_the_first_rank_count(commands: str, second: str, places: dict[str, Path]) -> None:
    script = preamble(structure("crystal")) + commands + RUN
    alone = energy_and_pressure(run_successfully(script, places["own"], 2))
    done = run_apart(script, [places["own"], places[second]])
    assert done.returncode == 0, done.stdout + done.stderr
    assert energy_and_pressure(done.stdout) == alone
    if second == "other" and commands in (NNP, HDNNP):
        there = energy_and_pressure(run_successfully(script, places["other"], 2))
        assert abs(there[0] - alone[0]) > 0.1, "the models are too much alike to test anything"


@pytest.mark.parametrize(
    ("first", "line"),
    [("damaged", "weights.008.data: expected 153 values"), ("empty", "model: expected a model directory")],
)
@pytest.mark.parametrize("commands", [NNP, HDNNP], ids=["nnp", "hdnnp"])
def test_all_ranks_end_with_the_line_of_the_first(
    commands: str, first: str, line: str, places: dict[str, Path]
) -> None:
    script = preamble(structure("crystal")) + commands + RUN
    done = run_apart(script, [places[first], places["own"]])
    assert done.returncode != 0
    (error,) = [
        text for text in (done.stdout + done.stderr).splitlines() if "pair_" in text and "ERROR" in text
    ]
    assert line in error


def test_a_word_that_is_a_directory_on_the_first_rank_only(places: dict[str, Path]) -> None:
    (places["own"] / "model").rename(places["own"] / "O")
    commands = "pair_style nnp\npair_coeff * * O Si O\n"
    script = preamble(structure("crystal")) + commands + RUN
    done = run_apart(script, [places["own"], places["empty"]])
    assert done.returncode == 0, done.stdout + done.stderr
    done = run_apart(script, [places["empty"], places["own"]])
    assert done.returncode != 0 and "expected 'pair_coeff * * MODEL_DIR'" in done.stdout + done.stderr


def test_charges_of_the_first_rank_count(charged: dict[str, Path], tmp_path: Path) -> None:
    script = preamble(structure("crystal"), atom_style="charge") + NNP + "kspace_style ewald 1e-6\n" + RUN
    places = [tmp_path / "full", tmp_path / "none"]
    for place in places:
        place.mkdir()
        atoms = structure("crystal")
        write_data(place / "data", atoms, ("Si", "O"), charges=[0.0] * len(atoms))
    shutil.copytree(charged["full"], places[0] / "model")
    alone = energy_and_pressure(run_successfully(script, places[0], 2))
    done = run_apart(script, places)
    assert done.returncode == 0, done.stdout + done.stderr
    assert energy_and_pressure(done.stdout) == alone


def test_each_partition_reads_its_own_model(places: dict[str, Path], tmp_path: Path) -> None:
    script = (
        f"variable place world {places['own']} {places['other']}\nunits metal\nboundary p p p\n"
        "read_data ${place}/data\npair_style nnp\npair_coeff * * ${place}/model Si O\n" + RUN
    )
    (tmp_path / "in.lammps").write_text(script)
    command = [BIN / "mpiexec", "-n", "4", LMP, "-partition", "2x2", "-in", "in.lammps", "-nocite"]
    done = subprocess.run(
        [str(word) for word in command], cwd=tmp_path, env=lammps_variables(), capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    single = preamble(structure("crystal")) + NNP + RUN
    for partition, name in enumerate(("own", "other")):
        log = (tmp_path / f"log.lammps.{partition}").read_text()
        assert energy_and_pressure(log) == energy_and_pressure(run_successfully(single, places[name], 2))


def test_restart_with_another_model_in_place(places: dict[str, Path], committee: list[Path]) -> None:
    place = places["own"]
    script = preamble(structure("crystal")) + NNP + RUN
    run_successfully(script + "write_restart state\n", place, 2)
    shutil.rmtree(place / "model")
    shutil.copytree(committee[1], place / "model")
    done = run_apart("read_restart state\n" + NNP + RUN, [place, places["empty"]])
    other = energy_and_pressure(run_successfully(script, places["other"], 2))
    assert energy_and_pressure(done.stdout) == pytest.approx(other, rel=1e-12)
