"""Fuzzing of everything that is read from YAML: damaged and hostile configurations and sampling recipes.

``python tests/fuzz/yaml_files.py --cases 5000 --seed 1`` reports every traceback, hang and crash; exit code 1
if there is any. ``--only NUMBER`` repeats one case.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from random import Random

import numpy as np
from fuzzing import main, mutated

from nnpot.benchmark.training_cases import Change
from nnpot.descriptors.lines import symmetry_function_lines
from nnpot.learning import load_config as load_learning
from nnpot.learning import template as learning_template
from nnpot.reference.recipe import load_recipe
from nnpot.reference.sampling import starting_structure
from nnpot.support.limits import MOST_ROUNDS
from nnpot.training import force_template, load_config, load_force_config, template

HOSTILE = (
    "2001-99-99", "0x_", "0o9", "9" * 5000, "!!int foo", "!!python/object:os.system", "[" * 20000, "{" * 500,
    "&a [*a]", "*a", "<<: {a: 1}", "<<", ".inf", "-.inf", ".nan", "1e400", "1.0e400", "~", "yes", "true", "",
    "---", "...", "--- !x", "%YAML 3.0", "? [a]", "? a", "- ", "\t- a", "|", ">", "'", '"\\UFFFFFFFF"',
    '"\\ud800"', "1:30", "010", "!", "!<tag:x>", "@", "`", "{}", "[]", "[[]]", "[{}]", "{a: {b: [c]}}",
    "1e-320", "-0.0", "1000000000", "100000000000000000000", "[1000000000]", "[" + "1, " * 3000 + "]",
    "1: 2", "null: 1", "[1, a, ~, true]", "\x00", "\x1b[31m", "\u2028", "\ufeff", "../..", "/dev/zero",
)  # fmt: skip
PLACES = (" ", ": ", "\n", ", ", "[", "]", "}")


def bomb(random: Random) -> str:
    """Aliases of aliases."""
    width, levels = random.randint(2, 12), random.randint(2, 30)
    merges = random.random() < 0.3
    lines = ["a0: &a0 {x: [1, 1]}"]
    for level in range(1, levels):
        aliases = ", ".join([f"*a{level - 1}"] * width)
        lines.append(f"a{level}: &a{level} " + (f"{{<<: [{aliases}]}}" if merges else f"[{aliases}]"))
    return "\n".join(lines) + "\n"


def blocks(random: Random) -> str:
    """Sections within sections."""
    return "".join(" " * n + "a:\n" for n in range(random.choice((20, 200, 600))))


def hostile(data: bytes, random: Random) -> bytes:
    """Something that YAML means and no configuration needs, in the place of a value or anywhere."""
    text = data.decode("utf-8", "replace")
    word = random.choice((*HOSTILE, bomb(random), blocks(random)))
    place = text.find(random.choice(PLACES), random.randint(0, len(text)))
    if random.random() < 0.5:
        end = text.find("\n", place + 1)
        return (text[: place + 1] + word + text[end:]).encode("utf-8", "surrogatepass")
    return (text[: place + 1] + word + text[place + 1 :]).encode("utf-8", "surrogatepass")


def train(path: Path) -> None:
    """As ``nnpot train`` begins, and ``nnpot benchmark training --set``."""
    config = load_config(path)
    config.fingerprint()
    config.resolved(Path.cwd()).values()
    if config.descriptor is not None:
        symmetry_function_lines(config.descriptor, ["Cu", "O"], {})
    Change.parse(f"training.epochs={path.read_text(encoding='utf-8')[:40]}")


def train_forces(path: Path) -> None:
    """As ``nnpot train-forces`` begins."""
    config = load_force_config(path)
    config.fingerprint()
    config.values()


def learn(path: Path) -> None:
    """As ``nnpot learn`` begins."""
    config = load_learning(path)
    config.fingerprint()
    config.first_training([Path("frames.xyz")])
    config.further_training([Path("frames.xyz")], Path("committee"))


def sample(path: Path) -> None:
    """As ``nnpot sample`` begins."""
    recipe = load_recipe(path).reduced(0.1)
    for group in recipe.groups:
        for _, density, _ in group.conditions()[:MOST_ROUNDS]:
            starting_structure(group, density, np.random.default_rng(0))
            break


def texts() -> dict[Callable[[Path], None], bytes]:
    """What is damaged, by what is done with it."""
    recipe = resources.files("nnpot.reference") / "recipes" / "silicon_sw.yaml"
    return {
        train: template().encode(),
        train_forces: force_template().encode(),
        learn: learning_template().encode(),
        sample: recipe.read_bytes(),
    }


TEXTS = texts()


def case(random: Random, folder: Path) -> str:
    """One damaged file, read and looked at as its command does it."""
    read = random.choice(list(TEXTS))
    path = folder / "config.yaml"
    path.write_bytes(mutated(TEXTS[read], random, [hostile] * 20))
    read(path)
    return "read"


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", case, 5_000))
