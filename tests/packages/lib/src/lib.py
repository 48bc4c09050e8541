"""A library with an extra and with markers."""


def name():
    return "lib"
