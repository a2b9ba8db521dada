"""The trainings of a benchmark: what is changed in a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
from training_data import alloy_config

from nnpot.benchmark.training import SILICON_CHANGES
from nnpot.benchmark.training_cases import Change, training_cases
from nnpot.errors import InvalidInputError
from nnpot.training import TrainingConfig

CONFIG = alloy_config(Path("train.xyz"), epochs=7, seed=3)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("training.epochs=30", Change("training.epochs", 30)),
        ("kalman:training.epochs=30", Change("training.epochs", 30, "kalman")),
        ("optimizer.kalman.forgetting=0.9", Change("optimizer.kalman.forgetting", 0.9)),
        ("loss.group_weights={liquid: 0.5}", Change("loss.group_weights", {"liquid": 0.5})),
    ],
)
def test_changes_are_read(text: str, change: Change) -> None:
    assert Change.parse(text) == change


@pytest.mark.parametrize("text", ["epochs=3", "training.epochs", "adam:=3", "training.epochs=[", "=3"])
def test_what_is_no_change_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="--set"):
        Change.parse(text)


def test_nothing_asked_for_is_the_configuration_itself() -> None:
    (case,) = training_cases(CONFIG, (), (), ())
    assert (case.label, case.optimizer, case.memory) == ("adam", "adam", "auto")
    assert TrainingConfig.model_validate(case.values) == CONFIG


def test_every_optimizer_meets_every_memory_with_its_changes() -> None:
    changes = (Change("training.epochs", 2, "sgd"), Change("optimizer.clip_norm", 1.0))
    cases = training_cases(CONFIG, ("adam", "sgd"), ("stored", "on_the_fly"), changes)
    assert [case.label for case in cases] == [
        "adam stored", "adam on_the_fly", "sgd stored", "sgd on_the_fly"
    ]  # fmt: skip
    assert [case.values["training"]["epochs"] for case in cases] == [7, 7, 2, 2]
    assert {case.values["optimizer"]["clip_norm"] for case in cases} == {1.0}
    assert [case.values["training"]["jacobian"] for case in cases] == ["stored", "on_the_fly"] * 2


def test_every_round_has_another_seed() -> None:
    (case,) = training_cases(CONFIG, (), (), ())
    assert [case.with_seed(number)["training"]["seed"] for number in (1, 2, 3)] == [3, 4, 5]
    assert case.values["training"]["seed"] == 3


@pytest.mark.parametrize(
    ("optimizers", "memory", "change", "says"),
    [
        (("adamant",), (), None, "adamant: optimizer.name must be 'sgd'"),
        ((), ("cloud",), None, "training.jacobian must be 'auto'"),
        ((), (), Change("training.epoch", 3), "training.epoch is no known key; did you mean epochs?"),
        ((), (), Change("training.epochs.many", 3), "epochs has no keys of its own"),
        ((), (), Change("training.epochs", 3, "sgd"), "the optimizers are adam"),
    ],
)
def test_what_no_configuration_may_have_is_refused(
    optimizers: tuple[str, ...], memory: tuple[str, ...], change: Change | None, says: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        training_cases(CONFIG, optimizers, memory, (change,) if change else ())
    assert says in str(caught.value)


def test_our_own_changes_are_for_optimizers_that_there_are() -> None:
    for change in SILICON_CHANGES:
        (case,) = training_cases(CONFIG, (change.optimizer,), (), (change,))
        assert case.optimizer == change.optimizer
