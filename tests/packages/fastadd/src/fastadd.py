"""Adds, fast."""

from _fastadd import add  # noqa: F401
