"""Clashes with wants-old."""


def name():
    return "wants-new"
