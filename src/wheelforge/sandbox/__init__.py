"""An isolated place to run, and the environments that are used in it."""
