"""What others read of a lock: one file a format, written from the lock alone."""
