"""The build closure: environments, the unit graph, cycles, ranks, keys. No I/O: it answers with a plan or with what it lacks."""
