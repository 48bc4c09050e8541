"""The command line: one file a command. Settings in, one call, rendering."""
