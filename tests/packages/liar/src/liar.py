"""Builds something else than it says."""


def name():
    return "liar"
