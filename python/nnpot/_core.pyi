"""The C++ core. Arrays are float64 in C order: positions (n, 3) in Å, cell rows (3, 3) in Å, numbers (n,)."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Layer = tuple[Array, Array, str]
"""Weights (n_in, n_out), biases (n_out,), activation letter."""

@final
class LatticeModel:
    """Energy per particle of configurations: positions (n, particles, dimensions), widths (n,), depths (n,).

    ``threads`` 0 stands for all cores. Units are those of the energy and distance given.
    """

    def __init__(
        self, potential: str, energy: float, distance: float, cutoff: float, exponent: int, count: str
    ) -> None: ...
    def required_depth(self, width: float) -> int:
        """The depth beyond which nothing counts when all particles lie in the cell."""

    def energies(
        self, positions: ArrayLike, widths: ArrayLike, depths: ArrayLike, threads: int = 0
    ) -> Array: ...
    def gradients(
        self, positions: ArrayLike, widths: ArrayLike, depths: ArrayLike, threads: int = 0
    ) -> tuple[Array, Array, Array]:
        """Energies (n,), derivatives by positions (n, particles, dimensions) and by the width (n,)."""

    def relax(
        self,
        positions: ArrayLike,
        widths: ArrayLike,
        epochs: int,
        displacement: float,
        depth: int,
        seed: int,
        first: int = 0,
        threads: int = 0,
    ) -> tuple[Array, NDArray[Any]]:
        """Relaxed positions, and accepted moves by epoch (n, epochs); ``first``: number of the first."""

    def pair_energies(self, distances: ArrayLike) -> Array: ...
    def triplet_energies(self, sides: ArrayLike) -> Array:
        """``sides``: (n, 3)."""

def proximity_matrices(
    positions: ArrayLike, widths: ArrayLike, orders: Sequence[int], radius: float, threads: int = 0
) -> tuple[Array, Array, Array]:
    """Matrices P (n, orders, i, j), dP_ij/d(position of j) (n, orders, i, j, dimensions), dP_ij/d(width)."""

def symmetry_function_line(text: str, length_unit: float = ...) -> tuple[str, float]:
    """A line of input.nn in Å, and its cutoff radius in Å; ``length_unit`` is that of the text in Å."""

@final
class SymmetryFunctions:
    """The descriptor of an atom's surroundings, one set of functions per element."""

    def __init__(
        self, elements: Sequence[str], functions: Sequence[str], cutoff_type: int, cutoff_alpha: float = 0.0
    ) -> None:
        """``functions``: what follows ``symfunction_short``, for example "Si 2 Si 0.5 0.0 3.9"."""

    @property
    def elements(self) -> list[str]:
        """By atomic number."""

    @property
    def cutoff(self) -> float:
        """The largest cutoff radius, Å."""

    def functions(self, element: str) -> list[str]:
        """The functions of one element, in the order of the columns."""

    def values(self, positions: ArrayLike, numbers: ArrayLike, cell: ArrayLike, pbc: ArrayLike) -> Array:
        """Shape (n, n_functions_max); columns beyond an element's own count are 0."""

    def neighbor_counts(
        self, positions: ArrayLike, numbers: ArrayLike, cell: ArrayLike, pbc: ArrayLike
    ) -> NDArray[Any]:
        """Shape (n,): how many neighbors, images included, each atom has within the largest cutoff."""

    def jacobian(
        self, positions: ArrayLike, numbers: ArrayLike, cell: ArrayLike, pbc: ArrayLike
    ) -> tuple[Array, NDArray[Any], NDArray[Any], Array, Array]:
        """Values (n, F), center (p,), neighbor (p,), gradient (p, F, 3), vector (p, 3).

        The gradient is dG[center]/d r_neighbor. Pairs are sorted by center, the center itself first; images
        of an atom are separate pairs. A vector goes from the center to that image of the neighbor (Å), and is
        0 for the center itself: the derivative by a strain is the sum of vector ⊗ gradient.
        """

    def vjp(
        self,
        positions: ArrayLike,
        numbers: ArrayLike,
        cell: ArrayLike,
        pbc: ArrayLike,
        weights: ArrayLike,
    ) -> tuple[Array, Array]:
        """Derivatives of the sum of weights (n, F) * values: by positions (n, 3) in 1/Å, by strain (3, 3).

        The weights times the Jacobian, in about the time of `values` and without the Jacobian's memory. With
        weights = dE/dG they are −forces and −virial. Columns beyond an element's own count are ignored.
        """

    def jvp(
        self,
        positions: ArrayLike,
        numbers: ArrayLike,
        cell: ArrayLike,
        pbc: ArrayLike,
        displacement: ArrayLike,
        strain: ArrayLike | None = None,
    ) -> Array:
        """How the values (n, F) change along a displacement (n, 3) of the atoms and a strain (3, 3).

        The strain changes every vector r between atoms by r @ strain. Transpose of `vjp`, in about its time:
        ``vdot(weights, jvp(d, e)) == vdot(vjp(weights)[0], d) + vdot(vjp(weights)[1], e)``.
        """

@final
class ForceFeatures:
    """Sums of Gaussians exp(-eta (d - r_shift)²) f_c(d) over the neighbors of an atom, for direct forces."""

    def __init__(
        self, elements: Sequence[str], gaussians: ArrayLike, cutoff: float, cutoff_type: int = 1
    ) -> None:
        """``gaussians`` (n, 2): eta in 1/Å² and r_shift in Å; ``cutoff`` in Å."""

    @property
    def size(self) -> int:
        """F: elements times Gaussians; columns are sorted by element, then by Gaussian, as given."""

    @property
    def cutoff(self) -> float:
        """Å."""

    def spheres(self, positions: ArrayLike, numbers: ArrayLike, cell: ArrayLike, pbc: ArrayLike) -> Array:
        """Sums (n, F) over the neighbors of each element, by distance."""

    def ellipsoids(
        self,
        positions: ArrayLike,
        numbers: ArrayLike,
        cell: ArrayLike,
        pbc: ArrayLike,
        axes: ArrayLike,
        stretch: float,
    ) -> Array:
        """Sums (n, A F) with lengths along each of the axes (A, 3) in turn divided by ``stretch``."""

    def vectors(self, positions: ArrayLike, numbers: ArrayLike, cell: ArrayLike, pbc: ArrayLike) -> Array:
        """Sums (n, F, 3) of the unit vectors to the neighbors, weighted by the Gaussians."""

@final
class Model:
    """The values that define a potential, in eV and Å."""

    def __init__(
        self,
        elements: Sequence[str],
        cutoff_type: int,
        cutoff_alpha: float,
        functions: Sequence[str],
        scaling_mode: str,
        scaling: dict[str, Array],
        scale_min: float,
        scale_max: float,
        networks: dict[str, list[Layer]],
        atom_energies: dict[str, float],
        info: dict[str, str],
    ) -> None:
        """``scaling_mode``: none, scale, center, scale_center, sigma; ``scaling``: min, max, mean, sigma."""

    @staticmethod
    def read(directory: str, units: str | None) -> Model:
        """``units``: metal, real or atomic; None where ``model.info`` states them."""

    def write(self, directory: str) -> None:
        """Write ``input.nn``, ``scaling.data``, ``weights.ZZZ.data`` and ``model.info`` in eV and Å."""

    def set_long_range(
        self, form: str, alpha: float, real_cutoff: float, charges: Mapping[str, float]
    ) -> None:
        """Charges (e) of all elements; ``form``: full, or reciprocal with ``real_cutoff`` 0; alpha in 1/Å."""

    @property
    def long_range(self) -> tuple[str, float, float, dict[str, float]] | None:
        """What `set_long_range` was told."""

    @property
    def elements(self) -> list[str]:
        """By atomic number."""

    @property
    def cutoff(self) -> float:
        """The largest cutoff radius, Å."""

    @property
    def cutoff_type(self) -> int:
        """The number of the cutoff function in ``input.nn``."""

    @property
    def cutoff_alpha(self) -> float:
        """Its inner radius as a fraction of the cutoff radius."""

    @property
    def atom_energies(self) -> dict[str, float]:
        """Offset per atom of each element, eV."""

    @property
    def mean_energy(self) -> float:
        """Added per atom of any element, eV."""

    @property
    def energy_per_output(self) -> float:
        """What an output of 1 of a network means, eV."""

    @property
    def info(self) -> dict[str, str]:
        """The lines of ``model.info``."""

    @property
    def warnings(self) -> list[str]:
        """What the files leave unsaid or what was ignored in them, a line each."""

    def functions(self, element: str) -> list[str]:
        """The symmetry functions of one element, in the order of the network's inputs."""

    def network(self, element: str) -> list[Layer]:
        """The layers of one element's network."""

    def scaling(self, element: str) -> Array:
        """Columns min, max, mean, sigma, one row per symmetry function."""

    def input_scaling(self, element: str) -> Array:
        """Columns offset, factor: an element's network sees offset + factor G of each function's value G."""

@final
class NeuralNetwork:
    """A feed-forward network of any sizes and activations; a potential has one for each element."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        """``layers``: weights (n_in, n_out), biases (n_out,) and activation letter of each."""

    @staticmethod
    def read(path: str | PathLike[str]) -> NeuralNetwork:
        """Read the text file of one network."""

    def write(self, path: str | PathLike[str]) -> None:
        """Write the text file of one network."""

    @staticmethod
    def read_weights(path: str | PathLike[str], nodes: Sequence[int], activations: str) -> NeuralNetwork:
        """Read ``weights.ZZZ.data``; ``nodes``: of each layer, the inputs first; ``activations``: letters."""

    def write_weights(self, path: str | PathLike[str]) -> None:
        """Write ``weights.ZZZ.data``."""

    @property
    def n_inputs(self) -> int:
        """How many numbers a sample has."""

    @property
    def n_outputs(self) -> int:
        """How many numbers come out."""

    @property
    def layers(self) -> list[Layer]:
        """What it was made of."""

    def evaluate(self, inputs: ArrayLike) -> Array:
        """Outputs (n, n_outputs) of inputs (n, n_inputs)."""

    def jacobian(self, inputs: ArrayLike) -> tuple[Array, Array]:
        """Outputs (n, n_outputs) and their derivatives by the inputs (n, n_outputs, n_inputs)."""

    def seconds(self, inputs: ArrayLike, gradient: bool, n_evaluations: int) -> float:
        """Mean time of an evaluation in C++, or of one with the gradient of the sum of the outputs."""

def find_equal_members(members: Sequence[Model], names: Sequence[str]) -> list[str]:
    """A line for each member of a committee that is the same network as one before it."""

def require_no_run(directory: str) -> None:
    """Refuses the directory of a training or a loop in the place of a model, and names its models."""

def read_scaling(path: str | PathLike[str], counts: Sequence[int]) -> list[Array]:
    """Read ``scaling.data``: of each element (n, 4), min, max, mean, sigma; ``counts``: the n."""

def write_scaling(path: str | PathLike[str], elements: Sequence[ArrayLike]) -> None:
    """Write ``scaling.data``."""

@final
class VerletList:
    """Keeps the neighbors of a structure while its atoms move a little; copies and pickles start empty."""

    def __init__(self, skin: float) -> None:
        """Neighbors are searched up to cutoff + skin (Å), and again after a move of skin / 2."""

    @property
    def skin(self) -> float:
        """Å."""

    @property
    def n_searches(self) -> int:
        """How many times neighbors have been searched so far."""

@final
class Potential:
    """Evaluates a committee of models. It has scratch memory: never call one from two threads at once."""

    def __init__(self, members: Sequence[Model], precision: str = ...) -> None:
        """``members``: one model, or several that share elements, functions, cutoff function and charges."""

    @property
    def elements(self) -> list[str]:
        """By atomic number."""

    @property
    def cutoff(self) -> float:
        """The largest cutoff radius, Å."""

    def compute(
        self,
        positions: ArrayLike,
        numbers: ArrayLike,
        cell: ArrayLike,
        pbc: ArrayLike,
        neighbors: VerletList | None = None,
        uncertainty: bool = False,
    ) -> tuple[
        float,
        Array,
        Array,
        Array,
        Array,
        tuple[Array, Array | None, Array | None, float | None] | None,
    ]:
        """Energy (eV), forces (n, 3), virial (3, 3) = −dE/dε, atomic energies (n,) and virials (n, 3, 3).

        Then, if asked for, grades (n,) and, of a committee, force spreads (n,), energy spreads (n,) and the
        spread of the energy; otherwise None.
        """

def coulomb_sums(
    positions: ArrayLike,
    numbers: ArrayLike,
    cell: ArrayLike,
    pbc: ArrayLike,
    kinds: Sequence[int],
    weights: ArrayLike,
    alpha: float,
    real_cutoff: float,
    accuracy: float,
    dipole_factors: Sequence[float],
) -> tuple[Array, Array, Array]:
    """Potentials (K, n), fields (K, 3, n), virials (K, 6, n): what charges 1 of each of K kinds do.

    With charges q of the kinds, atom i of kind a has the energy q_a Σ_b q_b potentials[b, i] (eV), the force
    q_a Σ_b q_b fields[b, :, i], and −dE/dstrain is the sum over the atoms of q_a Σ_b q_b virials[b, :, i]
    (xx yy zz xy xz yz). The charge of an atom is that of its kind times its weight. alpha in 1/Å; real_cutoff
    in Å, 0 leaves the real-space part out. dipole_factors: (0, 0, 0) for surroundings that conduct.
    """
