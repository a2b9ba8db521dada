"""Figures of a round, and the report of all rounds."""

from __future__ import annotations
def write_report(*a): pass
def write_round_figures(*a): pass
