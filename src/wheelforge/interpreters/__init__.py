"""Finding and describing Pythons."""
