"""Clashes with wants-new."""


def name():
    return "wants-old"
