"""Content-addressed files on disk, written atomically, safe for several processes."""
