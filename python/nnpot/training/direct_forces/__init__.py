"""Training of networks that put out forces."""
