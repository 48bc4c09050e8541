"""Hatched from egg."""


def name():
    return "chicken"
