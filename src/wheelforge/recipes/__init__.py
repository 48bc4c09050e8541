"""Recipes as they are written: the built-in knowledge of packages and of what goes wrong with them."""
