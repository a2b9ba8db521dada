"""Types of configuration values that have a largest number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nnpot.support import limits

Threads = Annotated[int, Field(gt=0, le=limits.MOST_THREADS)]
Epochs = Annotated[int, Field(gt=0, le=limits.MOST_EPOCHS)]
BatchSize = Annotated[int, Field(gt=0, le=limits.MOST_IN_BATCH)]
Nodes = Annotated[int, Field(gt=0, le=limits.MOST_NODES)]
Members = Annotated[int, Field(gt=0, le=limits.MOST_MEMBERS)]
Frames = Annotated[int, Field(gt=0, le=limits.MOST_FRAMES)]
Rounds = Annotated[int, Field(gt=0, le=limits.MOST_ROUNDS)]
Repeats = Annotated[int, Field(gt=0, le=limits.MOST_REPEATS)]
Seed = Annotated[int, Field(ge=0, le=limits.LARGEST_SEED)]
Hidden = Annotated[list[Nodes], Field(max_length=limits.MOST_LAYERS)]
Length = Annotated[float, Field(gt=0.0, le=limits.LARGEST_LENGTH, allow_inf_nan=False)]
Duration = Annotated[float, Field(gt=0.0, le=limits.LONGEST_TIME, allow_inf_nan=False)]
