"""Nobody published its source."""


def name():
    return "wheel-only"
