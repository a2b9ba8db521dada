"""Benchmarks: what a potential costs, beside others, and how that is measured so that it can be trusted."""
