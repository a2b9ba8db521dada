"""The generator: what it keeps, that it can be repeated, and that it goes on after an interruption."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from distributed import LocalCluster

from nnpot.errors import InvalidInputError
from nnpot.lattice import generate as generator
from nnpot.lattice.database import Database, read_database
from nnpot.lattice.generate import GeneratorSettings, Piece, Points, compute, generate, pieces
from nnpot.lattice.model import LatticeModel

SMALL = GeneratorSettings(points=1300, widths=(2.0, 5.0), number_of_widths=2, epochs=12, seed=3)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return generate(SMALL, tmp_path_factory.mktemp("lattice") / "small.h5")


def test_the_database_holds_what_was_asked_for(small: Database) -> None:
    assert small.positions.shape[1:] == (4, 2)
    np.testing.assert_array_equal(np.unique(small.widths), [2.0, 5.0])
    assert ((small.positions >= 0.0) & (small.positions < small.widths[:, None, None])).all()
    assert abs(len(small) - 0.9 * 1300) <= 2
    np.testing.assert_array_equal(small.depths, np.where(small.widths == 2.0, 2, 1))
    expected = LatticeModel().energies(small.positions, small.widths)
    np.testing.assert_array_equal(small.energies, expected)
    assert small.acceptance is not None and small.acceptance.shape == (2, 12)
    assert small.settings["seed"] == 3


def test_relaxation_lowers_the_energy_and_counts_its_moves() -> None:
    relaxed = compute(SMALL, pieces(SMALL)[0])
    start = compute(SMALL.model_copy(update={"epochs": 0}), pieces(SMALL)[0])
    at_depth_1 = [LatticeModel().energies(points.positions, 2.0, 1) for points in (relaxed, start)]
    assert (at_depth_1[0] <= at_depth_1[1]).all()
    assert np.median(at_depth_1[0]) < np.median(at_depth_1[1]) - 1.0
    moved = np.abs(relaxed.positions - start.positions)
    moved = np.minimum(moved, 2.0 - moved)
    assert 0.1 < moved.max() <= 12 * SMALL.displacement
    assert 0 < relaxed.accepted.mean() < 4
    assert relaxed.accepted.max() <= 4


def test_the_highest_energies_of_each_width_are_cut() -> None:
    settings = SMALL.model_copy(update={"keep": 0.5})
    found = [compute(settings, piece) for piece in pieces(settings)]
    database = generator._assemble(settings, found)
    energies = np.concatenate([points.energies for points in found]).reshape(2, -1)
    assert database.energies is not None
    for width, own in zip((2.0, 5.0), energies, strict=True):
        kept = database.energies[database.widths == width]
        np.testing.assert_array_equal(np.sort(kept), np.sort(own)[: len(kept)])
        assert len(kept) == 325


def test_threads_change_nothing() -> None:
    one, three = (compute(SMALL, pieces(SMALL)[1], threads) for threads in (1, 3))
    np.testing.assert_array_equal(one.positions, three.positions)


def test_it_goes_on_where_it_was_broken_off(
    small: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Piece] = []

    def breaks(settings: GeneratorSettings, piece: Piece, threads: int | None = None) -> Points:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(piece)
        return compute(settings, piece, threads)

    monkeypatch.setattr(generator, "compute", breaks)
    with pytest.raises(KeyboardInterrupt):
        generate(SMALL, tmp_path / "a.h5")
    assert not (tmp_path / "a.h5").exists()
    with pytest.raises(InvalidInputError, match="other settings"):
        generate(SMALL.model_copy(update={"seed": 4}), tmp_path / "a.h5")
    again: list[Piece] = []

    def counts(settings: GeneratorSettings, piece: Piece, threads: int | None = None) -> Points:
        again.append(piece)
        return compute(settings, piece, threads)

    monkeypatch.setattr(generator, "compute", counts)
    found = generate(SMALL, tmp_path / "a.h5")
    assert len(again) == len(pieces(SMALL)) - 2
    np.testing.assert_array_equal(found.positions, small.positions)
    np.testing.assert_array_equal(read_database(tmp_path / "a.h5").positions, small.positions)
    assert not (tmp_path / "a.h5.pieces").exists()


def test_wrong_settings_are_named() -> None:
    with pytest.raises(InvalidInputError, match="the smallest must come first"):
        GeneratorSettings.checked(widths=(5.0, 2.0), number_of_widths=3)
    with pytest.raises(InvalidInputError, match="number_of_widths must be 2 or more"):
        GeneratorSettings.checked(widths=(2.0, 5.0))
    with pytest.raises(InvalidInputError, match="depth must be stated, since equation-7 has no cutoff"):
        GeneratorSettings.checked(potential={"form": "equation-7"})
    with pytest.raises(InvalidInputError, match="keep"):
        GeneratorSettings.checked(keep=1.5)


def test_a_scheduler_that_does_not_answer_or_no_dask_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="Dask") as caught:
        generate(SMALL, tmp_path / "a.h5", scheduler="tcp://127.0.0.1:9")
    assert type(caught.value).__module__ == "nnpot.errors"


def test_dask_workers_give_the_same_database(small: Database, tmp_path: Path) -> None:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        found = generate(SMALL, tmp_path / "a.h5", scheduler=cluster.scheduler_address)
    np.testing.assert_array_equal(found.positions, small.positions)


def test_points_of_equal_energy_are_kept(tmp_path: Path) -> None:
    alone = GeneratorSettings.checked(points=5, particles=1, epochs=1)
    assert len(generate(alone, tmp_path / "a.h5").positions) == 5
