"""A C extension."""


def name():
    return "no-header"
