"""Configuration, and where each value came from."""
