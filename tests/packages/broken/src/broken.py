"""Cannot be built."""


def name():
    return "broken"
