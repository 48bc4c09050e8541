"""``python -m wheelforge``."""

from wheelforge.cli import main

main()
