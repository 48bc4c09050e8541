"""What an artifact requires, and how surely we know: the ladder from static files to hooks."""
