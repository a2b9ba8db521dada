"""The loop: train, explore, select, label, train, until every stage is trusted."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ase import Atoms

from nnpot.errors import InvalidInputError, NnpotError
from nnpot.io import read_frames, require_labels, write_frames
from nnpot.learning.config import LearningConfig
from nnpot.learning.exploration import Exploration, explore_stages
from nnpot.learning.judgement import Judged, judge
from nnpot.learning.reference import check_reference, label_frames, try_lammps
from nnpot.learning.report import write_report, write_round_figures
from nnpot.learning.rounds import RoundFiles, RoundOutcome, find_models, read_any
from nnpot.learning.selection import Surroundings, growth, select_frames
from nnpot.models.potential import load
from nnpot.reference.recipe import load_recipe
from nnpot.reference.sampling import sample
from nnpot.support.digested import read_record, write_record
from nnpot.support.files import atomic_directory, atomic_write, read_text, remove_leftovers
from nnpot.support.lock import locked_folder
from nnpot.training import train

logger = logging.getLogger(__name__)
CONFIGURATION, START, TEST, COMMITTEE = "learn.json", "start.xyz", "test.xyz", "committee"


class Interrupted(Exception):
    """Ctrl-C during a training: what it has done so far is kept."""


@dataclass(frozen=True)
class LearningResult:
    """What a loop has come to."""

    rounds: list[RoundOutcome]
    models: list[Path]  # the committee of the last round
    report: Path
    test_frames: list[Atoms]

    @property
    def trusted(self) -> bool:
        """Whether every stage is trusted."""
        return self.rounds[-1].trusted


def learn(config: LearningConfig, directory: Path, resume: bool = False) -> LearningResult:
    """Run the loop into a directory, or go on where it was broken off.

    ``config``: see `load_config` for a YAML file. ``directory``: for ``round_00``, ``round_01``, ...,
    ``committee`` and ``report.html``. ``resume``: go on with what is in the directory; the outcome is that of
    an unbroken loop. Raises `InvalidInputError` if the directory holds a loop and ``resume`` is not said, or
    one with another configuration; `NnpotError` if a training, a run or all labels of a round fail;
    `Interrupted` if a training was stopped by Ctrl-C.
    """
    check_reference(config.reference)
    with locked_folder(directory):
        _claim(config, directory, resume)
        _prepare(config, directory)
        try_lammps(config.reference, config.elements, read_frames(directory / START)[0])
        rounds: list[RoundOutcome] = []
        for number in range(config.max_rounds + 1):
            files = RoundFiles.of(directory, number)
            outcome = files.read()
            done_before = outcome is not None
            if outcome is None:
                outcome = _Round(config, directory, number, rounds).run()
                files.write(outcome)
                logger.info("%s", _line(outcome))
            rounds.append(outcome)
            ends = outcome.trusted or number == config.max_rounds
            if ends or not done_before:
                report = write_report(config, directory, rounds, _test(directory))
            if ends:
                break
        return LearningResult(rounds, find_models(directory / COMMITTEE), report, _test_frames(directory))


def _claim(config: LearningConfig, directory: Path, resume: bool) -> None:
    said = directory / CONFIGURATION
    if said.exists() and not resume:
        raise InvalidInputError(
            f"{directory}: holds a loop already; go on with --resume or choose another directory"
        )
    if said.exists() and read_text(said) != config.fingerprint():
        raise InvalidInputError(
            f"{said}: the loop was begun with another configuration; resume with the same (workers, "
            f"scheduler, max_rounds and limits of time and memory may differ)"
        )
    for folder in [directory, *(path for path in directory.rglob("*") if path.is_dir())]:
        remove_leftovers(folder, ["*"])
    with atomic_write(said) as stream:
        stream.write(config.fingerprint())


def _prepare(config: LearningConfig, directory: Path) -> None:
    """Put the first frames and the test frames into the directory, so that it holds all that it needs."""
    start = config.start
    if not (directory / START).exists():
        if start.recipe is not None:
            frames = list(sample(load_recipe(start.recipe), start.seed))
        else:
            frames = _read_all(start.frames)
        _require_usable(frames, config.elements, "start")
        _require_all_elements(frames, config.elements)
        write_frames(directory / START, frames)
    if config.test and not (directory / TEST).exists():
        frames = _read_all(config.test)
        _require_usable(frames, config.elements, "test")
        write_frames(directory / TEST, frames)


def _read_all(paths: Sequence[Path]) -> list[Atoms]:
    return [frame for path in paths for frame in read_frames(path)]


def _require_usable(frames: list[Atoms], elements: Sequence[str], where: str) -> None:
    """Refuse frames without labels, and with atoms that no model of the loop would know."""
    require_labels(frames, where=where)
    for number, frame in enumerate(frames):
        others = sorted(set(frame.get_chemical_symbols()) - set(elements))
        if others:
            raise InvalidInputError(
                f"{where}: frame {number} (counted from 0) has {', '.join(others)}, expected only those of "
                f"the key elements ({', '.join(elements)}); add what is missing there, or take other frames"
            )


def _require_all_elements(frames: list[Atoms], elements: Sequence[str]) -> None:
    missing = [element for element in elements if not any(element in frame.symbols for frame in frames)]
    if missing:
        raise InvalidInputError(
            f"start: no frame has {', '.join(missing)} of the key elements ({', '.join(elements)}); add "
            "frames with it, or take it out of elements"
        )


def _test(directory: Path) -> Judged | None:
    """What the committee of the last round says about the test frames, where there are any."""
    return judge(find_models(directory / COMMITTEE), _test_frames(directory))


def _test_frames(directory: Path) -> list[Atoms]:
    return read_frames(directory / TEST) if (directory / TEST).exists() else []


def _line(outcome: RoundOutcome) -> str:
    parts = [f"round {outcome.number}"]
    parts += [f"{stage.name}: {100.0 * stage.share:.1f} % trusted" for stage in outcome.stages]
    if outcome.candidates:
        parts.append(f"{outcome.candidates} uncertain frames")
    if outcome.labelled or outcome.failed:
        parts.append(f"{outcome.labelled} labelled, {outcome.failed} failed")
    if "force_rmse_mev_per_angstrom" in outcome.test:
        parts.append(f"test forces {outcome.test['force_rmse_mev_per_angstrom']:.1f} meV/Å")
    parts.append(f"{outcome.frames} frames in all")
    parts.append(f"{sum(outcome.seconds.values()):.0f} s")
    return "; ".join(parts)


class _Round:
    """One round on its way; what is done is a file, and not done again."""

    def __init__(
        self, config: LearningConfig, directory: Path, number: int, before: list[RoundOutcome]
    ) -> None:
        self.config, self.directory, self.number, self.before = config, directory, number, before
        self.files = RoundFiles.of(directory, number)
        self.files.folder.mkdir(exist_ok=True)
        self.seconds: dict[str, float] = {}

    def run(self) -> RoundOutcome:
        if self.number == 0:
            fresh = self._train([])
            return self._outcome(test=_test(self.directory), trained=True, fresh=fresh)
        models = find_models(RoundFiles.of(self.directory, self.number - 1).training)
        first = self._first_stage()
        with self._timed("exploring"):
            exploration = explore_stages(self.config, models, self.files.exploration, self.number, first)
        trusted = first + len(exploration.stages) == len(self.config.exploration.stages) and all(
            stage.share >= self.config.trust.share for stage in exploration.stages
        )
        near_duplicates, fresh, met = 0, False, None
        if not trusted:
            with self._timed("labelling"):
                near_duplicates = self._select(exploration, models)
                self._label()
            met = judge(models, read_any(self.files.labelled))
        write_round_figures(self.config, self.files, exploration, met)
        if not trusted:
            fresh = self._train(models)
        return self._outcome(
            stages=exploration.stages,
            candidates=len(exploration.candidates),
            near_duplicates=near_duplicates,
            met=met.errors.to_dict() if met else {},
            rank_correlation=met.rank_correlation if met else None,
            test=_test(self.directory),
            trained=not trusted,
            fresh=fresh,
            trusted=trusted,
        )

    def _first_stage(self) -> int:
        share = self.config.trust.share
        passed = {stage.name for outcome in self.before for stage in outcome.stages if stage.share >= share}
        names = [stage.name for stage in self.config.exploration.stages]
        return next(number for number, name in enumerate(names) if name not in passed)

    def _select(self, exploration: Exploration, models: list[Path]) -> int:
        """Write the frames to be labelled; the number of near-duplicates among the candidates."""
        note = self.files.selected.with_suffix(".json")
        if not note.exists():
            known = _read_all(self._data(self.number))
            surroundings = Surroundings(load(models[0]).symmetry_functions(), known)
            settings = self.config.selection
            found = select_frames(
                surroundings, exploration.candidates, settings.most_frames, settings.smallest_distance
            )
            write_frames(self.files.selected, [exploration.candidates[number] for number in found.chosen])
            write_record(note, asdict(found))
        advice = f"remove it and {self.files.selected.name}, and resume"
        return int(read_record(note, "record of a selection", advice)["near_duplicates"])

    def _label(self) -> None:
        if self.files.labelled.exists():
            return
        labels = label_frames(read_any(self.files.selected), self.config, self.files.labels)
        write_frames(self.files.failed, labels.failed)
        write_frames(self.files.labelled, labels.labelled)
        for frame in labels.failed:
            logger.warning("round %d: a label failed: %s", self.number, frame.info["failure"])

    def _data(self, until: int) -> list[Path]:
        """All files of labelled frames of the rounds before ``until``."""
        files = [RoundFiles.of(self.directory, number).labelled for number in range(1, until)]
        return [self.directory / START, *(path for path in files if read_any(path))]

    def _train(self, models: list[Path]) -> bool:
        """Train on all data; whether functions and weights are new."""
        data = [path.resolve() for path in self._data(self.number + 1)]
        if self.number > 0 and not read_any(self.files.labelled):
            raise NnpotError(
                f"round {self.number}: {self.files.selected} has no frame to learn from, since all uncertain "
                f"ones are near-duplicates of known ones; begin anew with a smaller "
                f"selection.smallest_distance or higher limits of trust"
            )
        fresh = not models or self._outgrown(models[0], data)
        if fresh:
            config = self.config.first_training(data)
        else:
            config = self.config.further_training(data, models[0].parent.resolve())
        with self._timed("training"):
            result = train(config, self.files.training, resume=self.files.training.exists())
        if result.interrupted:
            raise Interrupted
        with atomic_directory(self.directory / COMMITTEE) as committee:
            for model in result.models:
                shutil.copytree(model, committee / model.name)
        return fresh

    def _outgrown(self, model: Path, data: list[Path]) -> bool:
        limit = self.config.retraining.fresh_beyond
        if limit is None:
            return False
        return growth(load(model), _read_all(data)) > limit

    def _outcome(self, test: Judged | None, **values: Any) -> RoundOutcome:
        return RoundOutcome(
            number=self.number,
            labelled=len(read_any(self.files.labelled)),
            failed=len(read_any(self.files.failed)),
            frames=len(_read_all(self._data(self.number + 1))),
            test=test.errors.to_dict() if test else {},
            test_rank_correlation=test.rank_correlation if test else None,
            seconds=self.seconds,
            **values,
        )

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
