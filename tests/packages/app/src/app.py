"""An application."""

import leaf
import lib


def main():
    print(lib.name(), leaf.name())
