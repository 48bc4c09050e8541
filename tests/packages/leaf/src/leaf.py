"""The end of every chain."""


def name():
    return "leaf"
