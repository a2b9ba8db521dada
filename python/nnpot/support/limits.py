"""Largest numbers of things that settings may ask for: above all use, below what brings a machine down."""

from __future__ import annotations

MOST_THREADS = 1024  # threads, processes or MPI ranks: more than any one machine has cores
MOST_EPOCHS = 10**8
MOST_IN_BATCH = 10**7
MOST_LAYERS = 100  # hidden layers of a network
MOST_NODES = 100_000  # of one layer; what memory they take is looked at before it is taken
MOST_MEMBERS = 1000  # of a committee
MOST_FUNCTIONS = 1000  # of one kind and element, in the automatic set
MOST_FRAMES = 10**7
MOST_ROUNDS = 10_000
MOST_REPEATS = 1000  # of a cell in one direction
MOST_ATOMS = 10**7  # of one structure that is made
LARGEST_SEED = 2**62  # a number of a member or a round is added to it
LARGEST_LENGTH = 100.0
"""Å, of a cutoff: a radius of 100 Å around an atom of a crystal holds some 200 000 others."""
LONGEST_TIME = 1e9  # ps
