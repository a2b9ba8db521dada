"""Frames, and the arrays that are made of them."""
