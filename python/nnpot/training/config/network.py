"""``network``: the shape and the first weights of the networks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nnpot.support.limited_types import Hidden, Members
from nnpot.support.yaml_file import StrictModel

ACTIVATIONS = {"tanh": "t", "softplus": "p", "sigmoid": "s", "gaussian": "g", "cos": "c", "scaled_tanh": "T"}
"""Names of the activation functions and their letters in input.nn."""


class NetworkConfig(StrictModel):
    """The network of each element: hidden layers of one activation, and one linear output."""

    hidden: Hidden = [25, 25]
    activation: Literal["tanh", "softplus", "sigmoid", "gaussian", "cos", "scaled_tanh"] = "tanh"
    initial_weights: Literal["glorot", "nguyen_widrow"] = "glorot"
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    members: Members = 1
    """Networks of a committee: they share the functions and the batches, not the first weights."""
