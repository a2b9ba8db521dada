"""Kinds of models: what a directory holds, and what it says about structures."""
