"""The sources of reference energies."""
