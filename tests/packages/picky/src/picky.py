"""The newest version is too new for some."""


def name():
    return "picky"
