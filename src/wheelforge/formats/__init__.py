"""One file a format, reading and writing: the lock, pylock, requirements."""
