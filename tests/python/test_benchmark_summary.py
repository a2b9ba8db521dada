"""Medians, ranges and ratios, on numbers that were made up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmark_runs import made_up

from nnpot.benchmark.records import Run
from nnpot.benchmark.summary import Row, Spread, disturbed, summarize


def rows_of(runs: list[Run], reference: str = "ours", cpu_time: bool = False) -> dict[str, Row]:
    """By label."""
    return {row.label: row for row in summarize(runs, reference, cpu_time)}


def test_medians_and_ranges() -> None:
    (row,) = summarize([made_up("ours", i, pair) for i, pair in enumerate((3.0, 1.0, 8.0))], "ours")
    assert (row.pair, row.loop) == (Spread(3.0, 1.0, 8.0), Spread(4.0, 2.0, 9.0))
    assert (row.n_runs, row.n_atoms, row.memory_sum) == (3, 64, 40.0)


def test_ratios_are_of_the_same_round() -> None:
    """The machine is twice and four times as slow in later rounds: the ratio does not notice."""
    ours = [made_up("ours", i, 10.0 * 2**i) for i in range(3)]
    other = [made_up("other", i, 30.0 * 2**i) for i in range(3)]
    rows = rows_of(ours + other)
    assert rows["other"].ratio == Spread(3.0, 3.0, 3.0)
    assert rows["ours"].ratio == Spread(1.0, 1.0, 1.0)


def test_ratios_are_medians_of_ratios_not_ratios_of_medians() -> None:
    ours = [made_up("ours", i, pair) for i, pair in enumerate((1.0, 2.0, 4.0))]
    other = [made_up("other", i, pair) for i, pair in enumerate((4.0, 2.0, 2.0))]
    assert rows_of(ours + other)["other"].ratio == Spread(1.0, 0.5, 4.0)


def test_a_round_without_the_reference_has_no_ratio() -> None:
    runs = [made_up("ours", 1, 2.0), made_up("other", 1, 4.0), made_up("other", 2, 400.0)]
    assert rows_of(runs)["other"].ratio == Spread(2.0, 2.0, 2.0)
    assert rows_of(runs[1:])["other"].ratio is None


def test_speed_up_is_of_the_whole_loop_and_growth_of_the_pair_style() -> None:
    runs = [
        made_up("ours", 1, 9.0),
        made_up("ours", 1, 4.0, ranks=2),
        made_up("ours", 1, 9.9, size=512),
    ]
    one, two, large = summarize(runs, "ours")
    assert (one.speed_up, one.growth, large.speed_up) == (None, None, None)
    assert two.speed_up == Spread(2.0, 2.0, 2.0)
    assert large.growth is not None and large.growth.median == pytest.approx(1.1)


def test_memory_is_counted_from_zero() -> None:
    runs = [
        made_up("ours", 1, 9.0, ranks=2, memory_sum=180.0),
        made_up("zero", 1, 0.0, ranks=2, memory_sum=120.0),
        made_up("ours", 1, 9.0, memory_sum=100.0),
    ]
    above = {(row.label, row.ranks): row.above_zero for row in summarize(runs, "ours")}
    assert above == {("ours", 2): 60.0, ("zero", 2): 0.0, ("ours", 1): None}


def test_a_reference_that_takes_no_time_gives_no_ratio() -> None:
    runs = [made_up("zero", 1, 0.0), made_up("ours", 1, 3.0)]
    assert rows_of(runs, "zero")["ours"].ratio is None


def test_cpu_time_leaves_out_what_others_took() -> None:
    runs = [made_up("ours", 1, 10.0, cpu_use=0.5), made_up("other", 1, 10.0)]
    rows = rows_of(runs, cpu_time=True)
    assert rows["ours"].pair.median == 5.0
    assert rows["other"].ratio == Spread(2.0, 2.0, 2.0)
    assert disturbed(runs) == 1


def test_stages_are_medians() -> None:
    runs = [made_up("ours", i, 9.0, stages={"radial": float(i), "network": 1.0}) for i in (1, 2, 4)]
    assert rows_of(runs)["ours"].stages == {"radial": 2.0, "network": 1.0}
    halved = [replace(run, cpu_use=0.5) for run in runs]
    assert rows_of(halved, cpu_time=True)["ours"].stages == {"radial": 1.0, "network": 0.5}
