"""The solver over a catalog of what is known, and conflicts explained. No I/O."""
