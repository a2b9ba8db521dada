"""nnpot benchmark md: the order of the runs, going on, failures; one small real one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from random_model import random_model

from nnpot.benchmark import md
from nnpot.benchmark.cases import Model
from nnpot.benchmark.launch import LammpsLog, Outcome
from nnpot.benchmark.md import Benchmark, Settings, plan, run_benchmark
from nnpot.benchmark.records import Task, read_runs
from nnpot.benchmark.systems import Crystal, System
from nnpot.doctor import CASE
from nnpot.errors import InvalidInputError, NnpotError

MICROSECONDS = {"sw": 2.0, "tersoff": 4.0, "snap": 200.0, "zero": 0.01}


class FakeLammps:
    """Stands for `run_lammps`: times that depend on the style alone, and a memory of what was run."""

    def __init__(self) -> None:
        self.styles: list[str] = []
        self.broken: set[str] = set()
        self.interrupt_after = 10**6

    def __call__(self, script: str, ranks: int = 1) -> Outcome:
        words = {line.split()[0]: line.split()[1:] for line in script.splitlines()}
        steps = int(words["run"][0])
        style = words["pair_style"][0]
        copies = [int(word) for word in words["replicate"]]
        n_atoms = 64 * copies[0] * copies[1] * copies[2]
        if steps != md.PROBE_STEPS:
            if len(self.styles) >= self.interrupt_after:
                raise KeyboardInterrupt
            self.styles.append(style)
        if style in self.broken:
            raise NnpotError(f"LAMMPS: {style} is broken")
        loop = MICROSECONDS[style] * 1e-6 * n_atoms * steps / ranks
        log = LammpsLog(loop, steps, n_atoms, {"Pair": 0.75 * loop}, 1.0, 3.0, 8.0, 300.0)
        return Outcome(log, [50.0] * ranks)


@pytest.fixture
def lammps(monkeypatch: pytest.MonkeyPatch) -> FakeLammps:
    """No LAMMPS is started, and there is one block of 64 atoms."""

    def block(crystal: Crystal, temperature: float, smallest: int, folder: Path) -> System:
        atoms: Atoms = bulk("Si", "diamond", a=5.431, cubic=True).repeat(2)
        return System(crystal.name, ("Si",), atoms, folder / "block.data")

    fake = FakeLammps()
    monkeypatch.setattr(md, "run_lammps", fake)
    monkeypatch.setattr(md, "crystal_system", block)
    return fake


def settings(*styles: str, repeat: int = 2, seconds: float = 0.5, **others: object) -> Settings:
    return Settings((), styles, sizes=(64,), repeat=repeat, seconds=seconds, **others)  # type: ignore[arg-type]


def test_the_potentials_take_turns(lammps: FakeLammps, tmp_path: Path) -> None:
    bench = run_benchmark(settings("sw", "tersoff", "zero", repeat=3), tmp_path)
    assert lammps.styles == ["sw", "tersoff", "zero"] * 3
    assert [run.label for run in bench.runs] == lammps.styles
    assert bench.failures == {}


def test_a_plan_has_every_round_whole_before_the_next() -> None:
    chosen = Settings((), (), sizes=(64, 512), ranks=(1, 2), repeat=2)
    tasks = plan(["a", "b"], chosen)
    assert tasks[:4] == [Task("a", 64, 1, 1), Task("b", 64, 1, 1), Task("a", 64, 2, 1), Task("b", 64, 2, 1)]
    assert [task.round for task in tasks] == [1] * 8 + [2] * 8
    assert len(set(tasks)) == 16


def test_runs_take_about_as_long_as_asked(lammps: FakeLammps, tmp_path: Path) -> None:
    bench = run_benchmark(settings("sw", "snap", "zero", ranks=(1, 2)), tmp_path)
    steps = {(run.label, run.ranks): run.n_steps for run in bench.runs}
    assert steps["sw", 1] == round(0.5e6 / (2.0 * 64))
    assert steps["sw", 2] == round(2 * 0.5e6 / (2.0 * 64))
    assert steps["snap", 1] == round(0.5e6 / (200.0 * 64))
    assert steps["zero", 1] == md.MOST_STEPS_OF_ZERO, "without forces the atoms must not fly far"


def test_a_large_system_has_some_steps_all_the_same(lammps: FakeLammps, tmp_path: Path) -> None:
    bench = run_benchmark(Settings((), ("snap",), sizes=(64_000_000,), repeat=1), tmp_path)
    assert bench.runs[0].n_steps == md.FEWEST_STEPS


def test_times_are_per_atom_and_step(lammps: FakeLammps, tmp_path: Path) -> None:
    (run, *_) = run_benchmark(settings("sw"), tmp_path).runs
    assert run.loop_us == pytest.approx(2.0)
    assert run.pair_us == pytest.approx(1.5)
    assert (run.memory_max, run.memory_sum) == (50.0, 50.0)


def test_an_interruption_loses_nothing_and_is_continued(lammps: FakeLammps, tmp_path: Path) -> None:
    lammps.interrupt_after = 3
    with pytest.raises(KeyboardInterrupt):
        run_benchmark(settings("sw", "tersoff"), tmp_path)
    assert len(read_runs(tmp_path / "runs.csv")) == 3
    lammps.interrupt_after = 10**6
    bench = run_benchmark(settings("sw", "tersoff"), tmp_path)
    assert lammps.styles == ["sw", "tersoff", "sw", "tersoff"]
    assert len(bench.runs) == 4


def test_more_rounds_are_added_and_others_styles_left_out(lammps: FakeLammps, tmp_path: Path) -> None:
    run_benchmark(settings("sw", "tersoff"), tmp_path)
    lammps.styles.clear()
    bench = run_benchmark(settings("sw", repeat=3), tmp_path)
    assert lammps.styles == ["sw"]
    assert {run.label for run in bench.runs} == {"sw"}
    assert len(read_runs(tmp_path / "runs.csv")) == 5


def test_runs_of_another_length_are_refused(lammps: FakeLammps, tmp_path: Path) -> None:
    run_benchmark(settings("sw"), tmp_path)
    with pytest.raises(InvalidInputError, match="another seconds"):
        run_benchmark(settings("sw", seconds=0.25), tmp_path)
    lammps.styles.clear()
    run_benchmark(settings("sw", seconds=0.25), tmp_path, fresh=True)
    assert len(lammps.styles) == len(read_runs(tmp_path / "runs.csv")) == 2


def test_a_style_that_fails_is_a_line_and_the_others_go_on(lammps: FakeLammps, tmp_path: Path) -> None:
    lammps.broken.add("tersoff")
    with pytest.warns(UserWarning, match="tersoff is left out: LAMMPS: tersoff is broken"):
        bench = run_benchmark(settings("sw", "tersoff"), tmp_path)
    assert {run.label for run in bench.runs} == {"sw"}
    assert bench.failures == {"tersoff": "LAMMPS: tersoff is broken"}


def test_a_failure_on_the_way_is_not_tried_every_round(
    lammps: FakeLammps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(script: str, ranks: int = 1) -> Outcome:
        if ranks == 2 and "pair_style sw" in script:
            lammps.styles.append("broken")
            raise NnpotError("LAMMPS: lost atoms")
        return lammps(script, ranks)

    monkeypatch.setattr(md, "run_lammps", breaks)
    with pytest.warns(UserWarning, match="lost atoms"):
        bench = run_benchmark(settings("sw", "tersoff", ranks=(1, 2), repeat=3), tmp_path)
    assert lammps.styles.count("broken") == 1
    assert list(bench.failures) == ["sw, 64 atoms, 2 ranks"]
    assert sorted({(run.label, run.ranks) for run in bench.runs}) == [
        ("sw", 1),
        ("tersoff", 1),
        ("tersoff", 2),
    ]


def test_a_model_that_is_missing_is_a_line(lammps: FakeLammps, tmp_path: Path) -> None:
    MICROSECONDS["nnp"] = 9.0
    models = (Model("ours", tmp_path / "none"), Model("silicon", CASE))
    chosen = Settings(models, ("sw",), sizes=(64,), repeat=1, seconds=0.1)
    with pytest.warns(UserWarning, match="ours is left out: .*input.nn"):
        bench = run_benchmark(chosen, tmp_path / "out")
    assert {run.label for run in bench.runs} == {"silicon", "sw"}


def test_without_any_of_the_models_nothing_else_is_measured(lammps: FakeLammps, tmp_path: Path) -> None:
    chosen = Settings((Model("ours", tmp_path / "none"),), ("sw",), sizes=(64,), repeat=1)
    with pytest.warns(UserWarning), pytest.raises(InvalidInputError, match="none of the models .*: ours: "):
        run_benchmark(chosen, tmp_path / "out")
    assert lammps.styles == []


def test_a_model_of_another_element_runs_on_its_own_crystal(
    lammps: FakeLammps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    MICROSECONDS["nnp"] = 9.0
    crystals = []

    def block(crystal: Crystal, temperature: float, smallest: int, folder: Path) -> System:
        crystals.append(crystal)
        return System(crystal.name, (crystal.element,), crystal.cells(2), folder / "block.data")

    monkeypatch.setattr(md, "crystal_system", block)
    write_model_of(["Cu"], tmp_path / "copper")
    chosen = Settings((Model("copper", tmp_path / "copper"),), None, sizes=(32,), repeat=1)
    bench = run_benchmark(chosen, tmp_path / "out")
    assert {run.label for run in bench.runs} == {"copper", "zero"} and len(crystals) == 1
    assert (crystals[0].element, crystals[0].structure, crystals[0].lattice_constant) == ("Cu", "fcc", 3.61)
    assert crystals[0].pair.style == "nnp" and crystals[0].pair.coefficients[0].endswith("Cu")


@pytest.mark.parametrize("elements", [["Cu", "Au"], ["Mg"], ["H", "O"]])
def test_a_model_without_a_crystal_asks_for_a_structure(
    lammps: FakeLammps, tmp_path: Path, elements: list[str]
) -> None:
    write_model_of(elements, tmp_path / "model")
    chosen = Settings((Model("model", tmp_path / "model"),), ("sw",), sizes=(64,), repeat=1)
    with pytest.raises(InvalidInputError, match=r"--data FILE .* --elements \w+"):
        run_benchmark(chosen, tmp_path / "out")
    assert lammps.styles == []


def write_model_of(elements: list[str], folder: Path) -> None:
    """A model with random weights."""
    cell = Atoms(elements * 4, positions=np.random.default_rng(1).uniform(0, 6, (4 * len(elements), 3)))
    cell.set_cell([6.0, 6.0, 6.0])
    cell.pbc = True
    lines = [f"{one} 2 {other} 0.5 0.0 5.0" for one in elements for other in elements]
    folder.mkdir()
    random_model([cell], lines, 1, "t", "sigma", 0).write(str(folder))


def test_two_models_of_one_name_are_told_apart(lammps: FakeLammps, tmp_path: Path) -> None:
    chosen = Settings((Model("ours", CASE), Model("ours", CASE)), ("sw",), sizes=(64,), repeat=1)
    MICROSECONDS["nnp"] = 9.0
    with pytest.warns(UserWarning, match="is there twice; give them labels"):
        run_benchmark(chosen, tmp_path)


def test_nothing_that_works_is_an_error(lammps: FakeLammps, tmp_path: Path) -> None:
    lammps.broken.add("sw")
    with pytest.warns(UserWarning), pytest.raises(NnpotError, match="nothing could be measured: sw: "):
        run_benchmark(settings("sw"), tmp_path)


def test_missing_stage_timers_are_said_at_once(lammps: FakeLammps, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"pip install \. -C cmake\.define\.NNPOT_STAGE_TIMERS=ON"):
        run_benchmark(settings("sw", stages=True), tmp_path)


@pytest.mark.filterwarnings("ignore:sw is left out")
@pytest.mark.parametrize(
    ("elements", "style", "says"),
    [((), "sw", "--elements"), (("H", "O"), "sw", "nothing could be measured: sw: .*Si.*H, O")],
)
def test_a_style_for_another_element_is_refused(
    lammps: FakeLammps, tmp_path: Path, elements: tuple[str, ...], style: str, says: str
) -> None:
    data = tmp_path / "mix.data"
    data.write_text(
        "mix\n\n2 atoms\n2 atom types\n0 9 xlo xhi\n0 9 ylo yhi\n0 9 zlo zhi\n\n"
        "Atoms\n\n1 1 0 0 0\n2 2 1 1 1\n"
    )
    chosen = Settings((), (style,), data=data, elements=elements, repeat=1)
    with pytest.raises(NnpotError, match=says):
        run_benchmark(chosen, tmp_path / "out")


def real(tmp_path: Path, size: int = 216) -> Callable[[int], Benchmark]:
    chosen = {"sizes": (size,), "seconds": 0.1, "stages": False}
    return lambda repeat: run_benchmark(
        Settings((Model("ours", CASE),), ("sw", "zero"), repeat=repeat, **chosen),  # type: ignore[arg-type]
        tmp_path,
    )


def test_a_small_real_benchmark(tmp_path: Path) -> None:
    bench = real(tmp_path)(2)
    assert [run.label for run in bench.runs] == ["ours", "sw", "zero"] * 2
    for run in bench.runs:
        assert (run.n_atoms, run.ranks) == (216, 1)
        assert 0.0 < run.pair_us < run.loop_us
        assert run.memory_max > 5.0
    cutoffs = {subject.case.label: subject.cutoff for subject in bench.subjects}
    assert cutoffs == pytest.approx({"ours": 3.9, "sw": 3.77118, "zero": 3.9}, abs=1e-4)
    assert all(4.0 <= subject.neighbors <= 16.0 for subject in bench.subjects)
    assert len(real(tmp_path)(2).runs) == 6, "nothing is measured again"
