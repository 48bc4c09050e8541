"""Reading and unpacking sdists and wheels safely. Nothing in them is ever run."""
