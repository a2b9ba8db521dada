"""Types of configuration values that have a largest number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nnpot.support.limits import (
    LARGEST_LENGTH,
    LARGEST_SEED,
    LONGEST_TIME,
    MOST_EPOCHS,
    MOST_FRAMES,
    MOST_IN_BATCH,
    MOST_LAYERS,
    MOST_MEMBERS,
    MOST_NODES,
    MOST_REPEATS,
    MOST_ROUNDS,
    MOST_THREADS,
)

Threads = Annotated[int, Field(gt=0, le=MOST_THREADS)]
Epochs = Annotated[int, Field(gt=0, le=MOST_EPOCHS)]
BatchSize = Annotated[int, Field(gt=0, le=MOST_IN_BATCH)]
Nodes = Annotated[int, Field(gt=0, le=MOST_NODES)]
Members = Annotated[int, Field(gt=0, le=MOST_MEMBERS)]
Frames = Annotated[int, Field(gt=0, le=MOST_FRAMES)]
Rounds = Annotated[int, Field(gt=0, le=MOST_ROUNDS)]
Repeats = Annotated[int, Field(gt=0, le=MOST_REPEATS)]
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]
Hidden = Annotated[list[Nodes], Field(max_length=MOST_LAYERS)]
Length = Annotated[float, Field(gt=0.0, le=LARGEST_LENGTH, allow_inf_nan=False)]
Duration = Annotated[float, Field(gt=0.0, le=LONGEST_TIME, allow_inf_nan=False)]
