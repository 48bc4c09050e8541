"""Says what it needs when it is built, not before."""


def name():
    return "secretive"
