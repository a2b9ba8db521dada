"""Training of potentials, committees and models of features."""
