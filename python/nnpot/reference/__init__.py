"""Where reference energies come from."""
