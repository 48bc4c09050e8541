"""Frozen values that every room shares: targets, artifacts, inputs, metadata, the lock. No I/O."""
