"""Laid by chicken."""


def name():
    return "egg"
