"""Made by a hen."""


def name():
    return "nest"
