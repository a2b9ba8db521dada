"""Another pair_style command needs another pair_coeff: the model that was read before it does not stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from lammps_command import failure, preamble, run_successfully, write_data
from structures import structure

from nnpot.lammps.runtime import open_lammps

RUN = "thermo_style custom step pe\nthermo_modify format float %.15g\nrun 0\n"


@pytest.fixture
def start(tmp_path: Path) -> str:
    write_data(tmp_path / "data", structure("crystal"), ("Si", "O"))
    return preamble(structure("crystal"))


@pytest.mark.parametrize("again", ["precision mixed", "", "extrapolation ignore", "units metal"])
def test_nnp_asks_for_pair_coeff(again: str, start: str, model_directory: Path, tmp_path: Path) -> None:
    script = start + f"pair_style nnp\npair_coeff * * {model_directory} Si O\nrun 0\npair_style nnp {again}\n"
    line = failure(script + "run 0\n", tmp_path, 2 if again else 1)
    assert "since the last 'pair_style nnp' there was no pair_coeff (or only one" in line


def test_hdnnp_asks_for_pair_coeff(start: str, model_directory: Path, tmp_path: Path) -> None:
    style = f"pair_style hdnnp 20 dir {model_directory}\n"
    script = start + style + "pair_coeff * * Si O\nrun 0\n" + style.replace("20", "21")
    assert "since the last 'pair_style hdnnp'" in failure(script + "run 0\n", tmp_path, style="hdnnp")
    assert "since the last 'pair_style hdnnp'" in failure(script + "run 1 pre no\n", tmp_path, style="hdnnp")


def test_charges_are_forgotten_too(start: str, charged: dict[str, Path], tmp_path: Path) -> None:
    atoms = structure("crystal")
    write_data(tmp_path / "data", atoms, ("Si", "O"), charges=[0.0] * len(atoms))
    script = preamble(atoms, atom_style="charge") + "kspace_style ewald 1e-4\n"
    script += f"pair_style nnp\npair_coeff * * {charged['full']} Si O\nrun 0\npair_style nnp\nrun 0\n"
    done = failure(script, tmp_path, style="nnp")
    assert "there was no pair_coeff" in done


def test_the_new_options_count_with_the_new_pair_coeff(
    start: str, model_directory: Path, tmp_path: Path
) -> None:
    coeff = f"pair_coeff * * {model_directory} Si O\n"
    twice = start + f"pair_style nnp precision mixed\n{coeff}run 0\npair_style nnp\n{coeff}{RUN}"
    once = start + f"pair_style nnp\n{coeff}{RUN}"
    mixed = start + f"pair_style nnp precision mixed\n{coeff}{RUN}"
    energies = [
        run_successfully(script, tmp_path).split("PotEng")[-1].split()[1] for script in (twice, once, mixed)
    ]
    assert energies[0] == energies[1] != energies[2]


def test_a_run_without_set_up_after_another_model(start: str, model_directory: Path, tmp_path: Path) -> None:
    coeff = f"pair_coeff * * {model_directory} Si O\n"
    script = start + f"pair_style nnp\n{coeff}run 0\n{coeff}"
    assert "leave out 'pre no' of the run command" in failure(script + "run 1 pre no\n", tmp_path)
    other = start + f"pair_style zero 5.0\npair_coeff * *\nrun 0\npair_style nnp\n{coeff}run 1 pre no\n"
    assert "leave out 'pre no' of the run command" in failure(other, tmp_path, 2)


@pytest.mark.parametrize("refused", ["pair_coeff * * {model} Si Xx", "pair_coeff * * nowhere Si O"])
@pytest.mark.parametrize("before", ["run 0", "pair_style nnp"])
def test_a_program_that_goes_on_after_a_refused_pair_coeff(
    refused: str, before: str, start: str, model_directory: Path, tmp_path: Path
) -> None:
    with open_lammps(plugin=True) as lammps:
        lammps.commands_string(start.replace(" data", f" {tmp_path / 'data'}"))
        lammps.commands_string(f"pair_style nnp\npair_coeff * * {model_directory} Si O\n{before}")
        with pytest.raises(Exception, match="pair_nnp"):
            lammps.command(refused.format(model=model_directory))
        with pytest.raises(Exception, match="or only one with an error"):
            lammps.command("run 0")
        lammps.commands_string(f"pair_coeff * * {model_directory} Si O\nrun 0")
        assert lammps.get_thermo("pe") != 0.0


def test_a_program_that_goes_on_after_too_small_a_cutoff(
    start: str, model_directory: Path, tmp_path: Path
) -> None:
    with open_lammps(plugin=True) as lammps:
        lammps.commands_string(start.replace(" data", f" {tmp_path / 'data'}"))
        lammps.command(f"pair_style hdnnp 3 dir {model_directory}")
        with pytest.raises(Exception, match="the cutoff must be at least"):
            lammps.command("pair_coeff * * Si O")
        with pytest.raises(Exception, match="or only one with an error"):
            lammps.command("run 0")
