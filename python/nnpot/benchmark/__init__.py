"""Benchmarks: what potentials and trainings cost, measured so that it can be trusted."""
