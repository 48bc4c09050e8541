"""One sdist to one checked wheel: hooks, the build, the checks, the diagnosis."""
