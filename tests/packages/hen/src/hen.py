"""Sits in a nest."""


def name():
    return "hen"
