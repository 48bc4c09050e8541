"""The only room that starts a process: runs one, captures one, converses with one, and stops them all."""
