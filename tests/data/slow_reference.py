"""What a model of docs/formats.md says about a structure, from docs/theory.md, in plain numpy.

Nothing here imports nnpot or looks like it: sums over all pairs and triplets, one center after the other.
Positions and cells may be complex, so that derivatives are exact to rounding: f(x + ih) has the imaginary
part h f'(x).
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

Array = NDArray[Any]

NUMBERS = {"H": 1, "C": 6, "O": 8, "Na": 11, "Si": 14, "Cl": 17}
HARTREE, BOHR, KCAL_PER_MOL = 27.211386245988, 0.529177210903, 0.0433641042418009
UNITS = {"metal": (1.0, 1.0), "atomic": (HARTREE, BOHR), "real": (KCAL_PER_MOL, 1.0)}
"""eV and Å."""
COULOMB = 14.3996454784255
"""eV Å"""
STEP = 1e-30

ACTIVATIONS = {
    "l": lambda x: x,
    "t": np.tanh,
    "s": lambda x: 1 / (1 + np.exp(-x)),
    "S": lambda x: 1 - 1 / (1 + np.exp(-x)),
    "p": lambda x: np.log(1 + np.exp(x)),
    "g": lambda x: np.exp(-x * x / 2),
    "c": np.cos,
    "e": lambda x: np.exp(-x),
    "h": lambda x: x * x,
    "r": lambda x: np.where(x.real > 0, x, 0.0),
    "T": lambda x: 1.7159 * np.tanh(2 * x / 3) + 0.001 * x,
}


class Structure(NamedTuple):
    """In Å."""

    numbers: Array
    positions: Array
    cell: Array
    periodic: Array


class Model(NamedTuple):
    """The lines of input.nn by keyword, and the other files."""

    words: dict[str, list[list[str]]]
    scaling: dict[str, Array]
    weights: dict[str, Array]

    def one(self, keyword: str, default: str = "") -> list[str]:
        """The values of a keyword that stands once."""
        return self.words.get(keyword, [default.split()])[0]

    @property
    def elements(self) -> list[str]:
        """By atomic number."""
        return sorted(self.one("elements"), key=NUMBERS.__getitem__)

    def functions(self, element: str) -> list[list[str]]:
        """The words of the functions of one center, in the order of the inputs."""
        lines = self.words["symfunction_short"]
        return sorted((line for line in lines if line[0] == element), key=_order)


def read_model(folder: Path) -> Model:
    """The files of a directory."""
    words: dict[str, list[list[str]]] = {}
    for line in (folder / "input.nn").read_text().splitlines():
        keyword, *values = line.split("#")[0].split() or [""]
        words.setdefault(keyword, []).append(values)
    model = Model(words, {}, {})
    rows = np.loadtxt(folder / "scaling.data")
    for number, element in enumerate(model.elements, 1):
        model.scaling[element] = rows[rows[:, 0] == number, 2:]
        model.weights[element] = np.loadtxt(folder / f"weights.{NUMBERS[element]:03d}.data", usecols=0)
    return model


def energies(model: Model, units: str, structure: Structure) -> Array:
    """Of the atoms, eV; the Coulomb energy of charges is not in them."""
    of_energy, of_length = UNITS[units]
    scaled = structure._replace(positions=structure.positions / of_length, cell=structure.cell / of_length)
    pairs = _neighbors(scaled, max(_radius(line) for line in model.words["symfunction_short"]))
    per_output, mean = 1.0 / float(model.one("conv_energy", "1")[0]), float(model.one("mean_energy", "0")[0])
    offsets = {line[0]: float(line[1]) for line in model.words.get("atom_energy", [])}
    result = []
    for number, (vectors, neighbors) in zip(structure.numbers, pairs, strict=True):
        element = next(name for name, value in NUMBERS.items() if value == number)
        values = raw_values(model, element, vectors, neighbors)
        output = _network(model, element, _scaled(model, model.scaling[element], values))
        result.append(of_energy * (output * per_output + mean + offsets.get(element, 0.0)))
    return np.array(result)


def energy(model: Model, units: str, structure: Structure) -> Any:
    """Of the structure, eV."""
    total = energies(model, units, structure).sum()
    return total + _coulomb(model, UNITS[units][1], structure) if "long_range" in model.words else total


def forces(model: Model, units: str, structure: Structure) -> Array:
    """(n, 3) eV/Å"""
    result = np.zeros(structure.positions.shape)
    for place in np.ndindex(result.shape):
        positions = structure.positions.astype(complex)
        positions[place] += 1j * STEP
        result[place] = -energy(model, units, structure._replace(positions=positions)).imag / STEP
    return result


def virial(model: Model, units: str, structure: Structure) -> Array:
    """(3, 3) −dE/dε, eV"""
    result = np.zeros((3, 3))
    for row, column in ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)):
        strain = np.eye(3, dtype=complex)
        strain[row, column] += 0.5j * STEP
        strain[column, row] += 0.5j * STEP
        strained = structure._replace(positions=structure.positions @ strain, cell=structure.cell @ strain)
        result[row, column] = result[column, row] = -energy(model, units, strained).imag / STEP
    return result


def raw_values(model: Model, element: str, vectors: Array, neighbors: Array) -> Array:
    """Of the symmetry functions of one center."""
    number, *inner = model.one("cutoff_type")
    alpha = float(inner[0]) if inner else 0.0
    kind = int(number)
    return np.array([_value(line[1:], kind, alpha, vectors, neighbors) for line in model.functions(element)])


def _neighbors(structure: Structure, radius: float) -> list[tuple[Array, Array]]:
    """Of each atom the vectors to all neighbors, images included, and their atomic numbers."""
    n_images = np.zeros(3, int)
    if structure.periodic.any():
        heights = 1.0 / np.linalg.norm(np.linalg.inv(structure.cell.real), axis=0)
        spread = np.ptp(structure.positions.real @ np.linalg.inv(structure.cell.real), axis=0)
        n_images = np.where(structure.periodic, np.ceil(radius / heights + spread).astype(int), 0)
    images = np.array(list(product(*(range(-n, n + 1) for n in n_images)))) @ structure.cell
    found = []
    for center in structure.positions:
        vectors = (structure.positions[:, None] + images[None] - center).reshape(-1, 3)
        lengths = np.linalg.norm(vectors.real, axis=1)
        near = (lengths > 1e-9) & (lengths < radius)
        found.append((vectors[near], np.repeat(structure.numbers, len(images))[near]))
    return found


def _length(vectors: Array) -> Array:
    return np.sqrt((vectors * vectors).sum(-1))


def _radius(line: list[str]) -> float:
    """The cutoff of a function."""
    kind, rest = int(line[1]), line[2:]
    place = {1: 1, 2: 3, 3: 5, 4: 2, 9: 5, 12: 2, 13: 4, 20: 2, 21: 3, 22: 3, 23: 1, 24: 1, 25: 1}[kind]
    return float(rest[place])


def _order(line: list[str]) -> tuple[Any, ...]:
    """Functions are sorted by it."""
    kind, rest, radius = int(line[1]), line[2:], _radius(line)
    n_neighbors = {1: 1, 2: 1, 4: 1, 20: 1, 3: 2, 9: 2, 21: 2, 22: 2}.get(kind, 0)
    neighbors = tuple(sorted(NUMBERS[symbol] for symbol in rest[:n_neighbors]))
    numbers = [float(word) for word in rest[n_neighbors:] if word[0] not in "ep"]
    if kind >= 20:
        low, _, *angles = numbers
        return kind, rest[-1], neighbors, radius, low, *angles
    if kind == 1:
        return kind, radius, neighbors
    if kind == 4:
        return kind, radius, numbers[0], neighbors
    if kind in (2, 12):
        return kind, radius, numbers[0], numbers[1], 0.0, 0.0, neighbors
    if kind == 13:
        eta, shift, lambda_, zeta, _ = numbers
    else:
        eta, lambda_, zeta, _, shift = (*numbers, 0.0)[:5]
    return kind, radius, eta, shift, zeta, lambda_, neighbors


def _value(line: list[str], kind: int, alpha: float, vectors: Array, neighbors: Array) -> Any:
    """Of one function of one center."""
    function, rest = int(line[0]), line[1:]
    if function in (1, 2, 4, 12, 20, 23):
        return _pairs(function, rest, kind, alpha, vectors, neighbors)
    return _triplets(function, rest, kind, alpha, vectors, neighbors)


def _pairs(function: int, rest: list[str], kind: int, alpha: float, vectors: Array, neighbors: Array) -> Any:
    weights = neighbors if function in (12, 23) else (neighbors == NUMBERS.get(rest[0], 0)) * 1.0
    parameters = rest if function in (12, 23) else rest[1:]
    r = _length(vectors)
    if function >= 20:
        low, radius = map(float, parameters[:2])
        return (weights * _compact(r, low, radius, parameters[2])).sum()
    *numbers, radius = map(float, parameters)
    shape = {1: lambda: 1.0, 4: lambda: np.cos(numbers[0] * r)}.get(
        function, lambda: np.exp(-numbers[0] * (r - numbers[1]) ** 2)
    )
    return (weights * shape() * _cutoff(kind, r, radius, alpha)).sum()


def _triplets(
    function: int, rest: list[str], kind: int, alpha: float, vectors: Array, neighbors: Array
) -> Any:
    first, second = np.triu_indices(len(neighbors), 1)
    if function in (13, 24, 25):
        parameters, weights = rest, (neighbors[first] * neighbors[second]) * 1.0
    else:
        wanted, parameters = sorted(NUMBERS[symbol] for symbol in rest[:2]), rest[2:]
        chosen = np.sort(np.stack([neighbors[first], neighbors[second]], 1), axis=1) == wanted
        weights = chosen.all(1) * 1.0
    used = weights != 0
    x_j, x_k, weights = vectors[first[used]], vectors[second[used]], weights[used]
    sides = [_length(x_j), _length(x_k)]
    cosine = (x_j * x_k).sum(-1) / (sides[0] * sides[1])
    if function in (3, 13, 21, 24):
        sides.append(_length(x_j - x_k))
    if function >= 20:
        low, radius, start, end = map(float, parameters[:4])
        terms = weights * _compact(np.arccos(cosine) * 180 / np.pi, start, end, parameters[4][:2])
        for r in sides:
            terms = terms * _compact(r, low, radius, parameters[4])
        return terms.sum()
    numbers = [float(word) for word in parameters]
    if function == 13:
        eta, shift, lambda_, zeta, radius = numbers
    else:
        eta, lambda_, zeta, radius, shift = (*numbers, 0.0)[:5]
    base = 1 + lambda_ * cosine
    safe = np.where(base.real > 0, base, 1.0)
    terms = weights * 2 ** (1 - zeta) * np.where(base.real > 0, safe**zeta, 0.0)
    for r in sides:
        terms = terms * np.exp(-eta * (r - shift) ** 2) * _cutoff(kind, r, radius, alpha)
    return terms.sum()


def _cutoff(kind: int, r: Array, radius: float, alpha: float) -> Array:
    """The cutoff function of a number in input.nn."""
    if kind == 2:
        inside = np.tanh(1 - r / radius) ** 3
    elif kind == 3:
        inside = np.tanh(1 - r / radius) ** 3 / np.tanh(1) ** 3
    else:
        x = (r - alpha * radius) / (radius - alpha * radius)
        inside = np.where(x.real < 0, 1.0, _core(kind, np.where((x.real < 0) | (x.real >= 1), 0.0, x)))
    return np.where(r.real < radius, inside, 0.0)


def _core(kind: int, x: Array) -> Array:
    """From 1 at x = 0 to 0 at x = 1."""
    return {
        0: lambda: np.ones_like(x),
        1: lambda: (np.cos(np.pi * x) + 1) / 2,
        4: lambda: np.exp(1 - 1 / (1 - x * x)),
        5: lambda: 1 - x**2 * (3 - 2 * x),
        6: lambda: 1 - x**3 * (10 - 15 * x + 6 * x**2),
        7: lambda: 1 - x**4 * (35 - 84 * x + 70 * x**2 - 20 * x**3),
        8: lambda: 1 - x**5 * (126 - 420 * x + 540 * x**2 - 315 * x**3 + 70 * x**4),
    }[kind]()


def _compact(a: Array, low: float, high: float, subtype: str) -> Array:
    """A function that is 0 outside of two ends."""
    distance = a - (low + high) / 2
    x = np.where(distance.real < 0, -distance, distance) / ((high - low) / 2)
    inside = x.real < 1
    x = np.where(inside, x, 0.0)
    if subtype.endswith("a"):
        x = (2 - x) * x
    kind = 4 if subtype == "e" else 4 + int(subtype[1])
    return np.where(inside, _core(kind, x), 0.0)


def _scaled(model: Model, scaling: Array, values: Array) -> Array:
    lowest, highest, mean, sigma = scaling.T
    low, high = (
        float(model.one(f"scale_{end}_short", default)[0]) for end, default in (("min", "0"), ("max", "1"))
    )
    scale, center = (f"{verb}_symmetry_functions" in model.words for verb in ("scale", "center"))
    if "scale_symmetry_functions_sigma" in model.words:
        return low + (high - low) * (values - mean) / sigma
    if scale:
        return low + (high - low) * (values - (mean if center else lowest)) / (highest - lowest)
    return values - mean if center else values


def _network(model: Model, element: str, values: Array) -> Any:
    letters = model.one("global_activation_short")
    sizes = [len(values), *map(int, model.one("global_nodes_short")), 1]
    numbers, start = model.weights[element], 0
    for n_in, n_out, letter in zip(sizes[:-1], sizes[1:], letters, strict=True):
        weights = numbers[start : start + n_in * n_out].reshape(n_in, n_out)
        biases = numbers[start + n_in * n_out : start + (n_in + 1) * n_out]
        start += (n_in + 1) * n_out
        inner = values @ weights + biases
        values = ACTIVATIONS[letter](inner / n_in if "normalize_nodes" in model.words else inner)
    assert start == len(numbers)
    return values[0]


def _coulomb(model: Model, of_length: float, structure: Structure) -> Any:
    """Ewald's sum, eV; reciprocal space ends far beyond where nnpot ends it."""
    (form,), alpha = model.one("long_range"), float(model.one("ewald_alpha")[0]) / of_length
    charges = {NUMBERS[name]: float(value) for name, value in model.words["charge"]}
    q = np.array([charges[number] for number in structure.numbers])
    volume = np.linalg.det(structure.cell)
    volume = -volume if volume.real < 0 else volume
    reciprocal = 2 * np.pi * np.linalg.inv(structure.cell).T
    longest = 2 * alpha * np.sqrt(36.0)
    limits = np.ceil(longest * np.linalg.norm(structure.cell.real, axis=1) / (2 * np.pi)).astype(int)
    indices = np.array([m for m in product(*(range(-n, n + 1) for n in limits)) if any(m)])
    k = indices @ reciprocal
    k2 = (k * k).sum(-1)
    phases = structure.positions @ k.T
    squares = (q @ np.cos(phases)) ** 2 + (q @ np.sin(phases)) ** 2
    result = 2 * np.pi * COULOMB / volume * (np.exp(-k2 / (4 * alpha**2)) / k2 * squares).sum()
    result -= COULOMB * alpha / np.sqrt(np.pi) * (q * q).sum()
    result -= np.pi * COULOMB / (2 * volume * alpha**2) * q.sum() ** 2
    if form == "full":
        radius = float(model.one("ewald_real_cutoff")[0]) * of_length
        for own, (vectors, neighbors) in zip(q, _neighbors(structure, radius), strict=True):
            r = _length(vectors)
            result += (
                COULOMB / 2 * own * (np.array([charges[n] for n in neighbors]) * erfc(alpha * r) / r).sum()
            )
    return result
