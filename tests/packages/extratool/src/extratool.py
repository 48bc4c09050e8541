"""What dynamic needs while it is built."""


def name():
    return "extratool"
