"""Fuzzing of model directories: files of every kind of model are damaged, then it is loaded and asked.

Run it from the project's folder: ``.venv/bin/python tests/fuzz/model_directories.py --cases 30000 --seed 1``.
What may come of a case is an error of the project in one line, or a prediction of finite numbers.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
from ase import Atoms
from fuzzing import main, mutated

import nnpot
from nnpot import _core
from nnpot.models.direct_forces import DirectForces, ElementNetwork, Features
from nnpot.models.direct_forces.files import write_direct_forces
from nnpot.models.feature_model import ElementNetwork as FeatureNetwork
from nnpot.models.feature_model import write_feature_model

Files = Mapping[str, bytes]

FUNCTIONS = (
    "{center} 1 O 4.5",
    "{center} 2 Si 0.3 0.0 4.6",
    "{center} 2 O 2.0 1.8 4.6",
    "{center} 4 O 1.3 4.5",
    "{center} 3 Si O 0.02 -1.0 2.0 4.6",
    "{center} 9 O O 0.1 1.0 4.0 4.6 0.4",
    "{center} 12 0.3 0.5 4.6",
    "{center} 13 0.02 0.0 -1.0 2.0 4.6",
    "{center} 20 Si -4.6 4.6 p2a",
    "{center} 21 Si O 0.0 4.6 20.0 160.0 p3",
    "{center} 25 0.0 4.6 30.0 150.0 e",
)
LINES = (  # what other programs may have written into an input.nn
    b"""
use_electrostatics
cutoff_alpha 0.5
nn_type_short 2
normalize_nodes
normalize_nodes false
element_nodes_short Si 1 4
element_nodes_short O 2 4
element_hidden_layers_short O 1
element_activation_short O t t l
symfunction_short O 3 O Si 0.02 -1.0 2.0 4.6
nnp_type 4G-HDNNP
symfunction Si 2 O 0.5 0.0 4.6
global_symfunction_short 2 0.1 0.0 4.6
mean_energy 1.0
conv_energy 2
conv_length 3
long_range full
long_range reciprocal
ewald_alpha 1e9
charge Si 1e300
units atomic
units real
scale_symmetry_functions_sigma
global_nodes_short 1000000000
number_of_elements 1000000000
fixed_charge Si 1
symfunction_short Si 2 O 1e300 1e300 1e9
symfunction_short Si 9 O O 0.1 1.0 1000000000 4.6
kernels 5
CUTOFF_TYPE 1
"""
).split(b"\n")
STRAY = (
    "weightse.014.data",
    "hardness.008.data",
    "weights.014.008.data",
    "weights.006.data",
    "features.nn",
    "forces.nn",
)


def structure(periodic: bool = False) -> Atoms:
    """A cluster, or one in a wide cell: no radius of a damaged file finds endless images."""
    places = [
        [0.0, 0.0, 0.0],
        [1.6, 0.1, 0.0],
        [-0.5, 1.5, 0.2],
        [0.3, -1.2, 1.9],
        [2.2, 1.6, 0.4],
        [1.0, 2.9, 1.1],
    ]
    return Atoms("SiOOSiOSi", positions=places, cell=[15.0, 16.0, 17.0], pbc=periodic)


def _layers(random: np.random.Generator, n_in: int, n_out: int) -> list[tuple[np.ndarray, np.ndarray, str]]:
    sizes = (n_in, 4, 3, n_out)
    return [
        (random.normal(size=(a, b)), random.normal(size=b), letter)
        for a, b, letter in zip(sizes[:-1], sizes[1:], "tpl", strict=True)
    ]


def _statistics(random: np.random.Generator, n: int) -> np.ndarray:
    low = random.normal(size=n)
    width = random.uniform(0.5, 2.0, n)
    return np.ascontiguousarray(np.column_stack([low, low + width, low + 0.4 * width, 0.3 * width]))


def _potential(seed: int, mode: str, charges: str | None = None) -> _core.Model:
    random = np.random.default_rng(seed)
    elements = ["O", "Si"]
    functions = [line.format(center=center) for center in elements for line in FUNCTIONS]
    n = len(FUNCTIONS)
    model = _core.Model(
        elements=elements,
        cutoff_type=1,
        cutoff_alpha=0.0,
        functions=functions,
        scaling_mode=mode,
        scaling={e: _statistics(random, n) for e in elements},
        scale_min=0.0,
        scale_max=1.0,
        networks={e: _layers(random, n, 1) for e in elements},
        atom_energies={"O": -432.1, "Si": -101.5},
        info={"trained_on": "nothing"},
    )
    if charges is not None:
        model.long_range = _core.LongRange(
            form=charges,
            alpha=0.5,
            real_cutoff=6.0 if charges == "full" else 0.0,
            charges={"O": -0.8, "Si": 1.6},
        )
    return model


def _direct_forces(folder: Path, kind: str) -> None:
    random = np.random.default_rng(7)
    lines = ("O 2 O 0.3 0.0 4.6", "Si 9 O Si 0.1 1.0 2.0 4.6") if kind == "equivariant" else ()
    products = (0,) if lines else ()
    gaussians = np.array([(0.2, 0.0), (1.5, 1.9)])
    axes = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    features = Features(kind, ("O", "Si"), gaussians, 4.2, 1, axes, 1.5, lines, 1, products)  # type: ignore[arg-type]
    networks = {}
    for element in features.elements:
        n = features.n_inputs(element)
        network = _core.NeuralNetwork(_layers(random, n, features.n_outputs))
        factors = random.uniform(0.5, 2.0, features.n_vectors)
        networks[element] = ElementNetwork(
            network, random.normal(size=n), random.uniform(0.5, 1.0, n), factors
        )
    write_direct_forces(DirectForces(features, networks, 0.8, None, {"trained_on": "nothing"}), folder)


def _feature_model(folder: Path) -> None:
    random = np.random.default_rng(9)
    folder.mkdir()
    elements = {
        element: FeatureNetwork(_core.NeuralNetwork(_layers(random, n, 1)), _statistics(random, n), -3.5)
        for element, n in (("O", 3), ("Si", 2))
    }
    write_feature_model(folder, elements, {"trained_on": "nothing"})


def _writers() -> dict[str, Callable[[Path], None]]:
    def potential(seed: int, mode: str, charges: str | None = None) -> Callable[[Path], None]:
        return lambda folder: _potential(seed, mode, charges).write(str(folder))

    return {
        "plain": potential(1, "scale_center"),
        "sigma": potential(2, "sigma"),
        "full": potential(3, "scale", "full"),
        "reciprocal": potential(4, "none", "reciprocal"),
        "member": potential(5, "scale_center"),
        "features": _feature_model,
        "spheres": lambda folder: _direct_forces(folder, "spheres"),
        "ellipsoids": lambda folder: _direct_forces(folder, "ellipsoids"),
        "equivariant": lambda folder: _direct_forces(folder, "equivariant"),
    }


@cache
def whole_models() -> dict[str, Files]:
    """The files of a model of each kind, by kind and name."""
    with tempfile.TemporaryDirectory() as name:
        models = {}
        for kind, write in _writers().items():
            folder = Path(name) / kind
            write(folder)
            models[kind] = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    return models


def _value_column(text: bytes, random: Random) -> bytes:
    """A table of weights with the values alone, as RuNNer writes it."""
    lines = [line.split()[0] if line[:1] != b"#" and line.split() else line for line in text.split(b"\n")]
    return b"\n".join(lines) + (b"\n" if random.random() < 0.5 else b"")


def _line(text: bytes, random: Random) -> bytes:
    """One more line of some keyword."""
    lines = text.split(b"\n")
    lines.insert(random.randint(0, len(lines)), random.choice(LINES))
    return b"\n".join(lines)


def damage(files: Files, random: Random, folder: Path) -> None:
    """Write the files of a model, one to three of them damaged, or a file in place of another."""
    names = sorted(files)
    damaged = dict(files)
    for name in random.sample(names, min(len(names), random.choice((1, 1, 1, 2, 3)))):
        more = (_line,) if name.endswith((".nn", ".info")) else (_value_column,)
        damaged[name] = mutated(damaged[name], random, more)
    chance = random.random()
    if chance < 0.03:
        del damaged[random.choice(names)]
    elif chance < 0.06:
        damaged[random.choice(names)] = damaged[random.choice(names)]
    elif chance < 0.09:
        stray = random.choice(STRAY)
        damaged.setdefault(stray, files[names[0]])
    folder.mkdir(exist_ok=True)
    for name, data in damaged.items():
        (folder / name).write_bytes(data)


def _require_finite(*values: object) -> None:
    for value in values:
        if value is not None and not np.isfinite(np.asarray(value)).all():
            raise AssertionError(f"not finite without a word: {value}")


def _with_features() -> Atoms:
    frame = Atoms("OSiO", positions=np.zeros((3, 3)))
    frame.arrays["features"] = np.array([[0.1, 0.2, 0.3], [0.5, -0.4, np.nan], [1.0, 0.0, -1.0]])
    return frame


def try_model(kind: str, folder: Path, other: Path) -> None:
    """Load the model in a folder and predict."""
    model = nnpot.load([other, folder] if kind == "member" else folder)
    charged = bool(getattr(model, "charges", {}))
    frame = _with_features() if model.sees_features else structure(periodic=charged)
    prediction = model.predict(frame, uncertainty=True)
    _require_finite(prediction.energy, prediction.forces, prediction.virial, prediction.atomic_energies)


def case(random: Random, folder: Path) -> str:
    """Damage a model of some kind and try it."""
    kind = random.choice(sorted(whole_models()))
    damage(whole_models()[kind], random, folder / "model")
    other = folder / "other"
    if kind == "member":
        other.mkdir(exist_ok=True)
        for name, data in whole_models()["plain"].items():
            (other / name).write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            try_model(kind, folder / "model", other)
        finally:
            shutil.rmtree(other, ignore_errors=True)
    return "predicted"


if __name__ == "__main__":
    sys.exit(main(__doc__.splitlines()[0], case, 30000))
