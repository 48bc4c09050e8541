"""The build closure: environments, the unit graph, cycles, keys. No I/O: answers with a plan or with what it lacks."""
