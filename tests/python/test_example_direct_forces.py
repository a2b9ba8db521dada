"""examples/direct_forces in small; `make example-direct_forces` runs all of it."""

import json
import sys
import warnings
from types import SimpleNamespace

import pytest
from example_modules import EXAMPLES, run_of

import nnpot
from nnpot.errors import InvalidInputError, NonConservativeWarning


@pytest.fixture(scope="module")
def example():
    """The modules of the example."""
    with run_of(EXAMPLES / "direct_forces"):
        yield SimpleNamespace(**sys.modules)


@pytest.fixture(scope="module")
def output(example, tmp_path_factory):
    """The folder of a quick run, and its outcome."""
    folder = tmp_path_factory.mktemp("direct_forces")
    return folder, example.run.run(folder, [example.systems.QUICK], quick=True)


def test_the_quick_version_shows_what_the_whole_one_does(output):
    folder, outcome = output
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    found = summary["systems"]["quick"]["models"]
    assert set(found) == {"gradients", "equivariant", "ellipsoids", "spheres"}
    rms = summary["systems"]["quick"]["rms_force"]
    errors = {kind: figures["force_rmse"] for kind, figures in found.items()}
    assert errors["gradients"] < errors["equivariant"] < 0.8 * rms
    assert min(errors["spheres"], errors["ellipsoids"]) > 0.9 * rms
    assert found["gradients"]["relative_rotation_error"] < 1e-9
    assert found["equivariant"]["relative_rotation_error"] < 1e-9
    assert found["ellipsoids"]["relative_rotation_error"] > 1e-3
    assert found["gradients"]["loop_work"] < 1e-4 < 1e-3 < found["equivariant"]["loop_work"]  # 1e-6 and 2e-2
    assert found["equivariant"]["inverted"] < 1e-9 and found["spheres"]["inverted"] > 1.0 - 1e-9
    assert max(summary["systems"]["quick"]["feature_change_on_inversion"].values()) < 1e-12
    assert all(bar["passed"] for bar in summary["bars"])
    assert [figures["kind"] for figures in found.values()][0] == "gradients" and outcome.quick


def test_the_models_tell_what_was_measured(output):
    folder, _ = output
    with pytest.warns(NonConservativeWarning, match="measured drift .* meV/atom/ps at 600 K"):
        model = nnpot.load_direct_forces(folder / "quick" / "equivariant" / "model")
    assert model.measured.reference.startswith("kinetic energy plus that of")


def test_the_outcome_is_shown_and_ranked(example, output, capsys):
    folder, outcome = output
    results = example.presentation.results(outcome)
    report = results.write(folder)
    assert results.show(folder)
    assert "no forces at all" in report.read_text("utf-8")
    ranked = [figures.kind for figures in example.presentation.ranked(outcome.judged[0])]
    assert ranked[:2] == ["gradients", "equivariant"]
    for name in ("direct_forces_quick", "direct_forces_motion"):
        assert (folder / f"{name}.png").stat().st_size > 5000
    assert "What was asked for" in capsys.readouterr().out


def test_data_that_are_not_there_are_explained(example, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InvalidInputError, match="github.com/materialsvirtuallab/mlearn.*--only silica"):
            example.systems.silicon(tmp_path / "nothing").prepare(tmp_path / "silicon")
