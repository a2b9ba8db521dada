"""Measures of how good a potential is."""
