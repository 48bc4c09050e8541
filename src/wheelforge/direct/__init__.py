"""Distributions that are named by their place: archives, repositories, folders; each becomes a file in the store."""
